/*
question = "How should the mails of the next quarter be shared out between the kinds?"
doc = """
What a mail of each kind brings, and a plan: as many mails as in the last days (or contacts for each person who was mailed then), shared out to the kinds that bring most, none beyond at_most or below at_least times its mails of then. \
The gain of a mail is what it is credited with or claimed by its tool's report (worth = credited) or what it added by those held out (worth = incremental), less its cost. Each kind's gain comes with its error, from mailing to mailing (or as in email/roi), and is drawn \
towards the mean of all kinds by as much as the errors explain of the differences (random effects; DerSimonian and Laird 1986), so that a kind that was lucky does not get everything. \
expected_change is what the plan brings more than going on as now, with its 95 % interval; the row (all) adds up, with the error of the mean that all share."""
misleads = "Credit is not effect: with worth = credited, mail to people who buy anyway looks best. More mail of a kind brings less by the mail than before (email/fatigue); the plan takes the gain of a mail as constant within its bounds, which is why they are near 1. The interval takes as known how far the kinds differ at all. Mails that answer what somebody does can't be sent more often: name them in fixed."
grain = ["campaign_type"]
headline = ["campaign_type", "sends_now", "planned_sends", "expected_gain", "expected_change", "change_low", "change_high"]
needs = ["star.fact_email or star.fact_email_report.revenue"]

[chart]
kind = "dumbbell"
x = "campaign_type"
y = ["sends_now", "planned_sends"]

[finding]
text = "The plan is expected to bring {expected_change:money} more than going on as now ({change_low:money} to {change_high:money}); its chance to be better is {chance_better:percent}."
sql = "SELECT expected_change, change_low, change_high, chance_better FROM answer WHERE campaign_type = '(all)' AND chance_better > 0.8"

[params]
worth = { type = "choice", of = ["credited", "incremental"], default = "credited", doc = "What a mail is worth: the orders credited to it, or what it added by those held out, of kinds that held out people." }
days = { type = "float", min = 1, max = 3660, default = 91, doc = "Length of the plan, and of the time before as_of whose mails are the present." }
as_of = { type = "timestamp", doc = "End of the present, inclusive. Default: the last assignment, or report." }
contacts = { type = "float", min = 0, max = 1000, doc = "Contact limit: mails for each person within the plan, on the mean. Default: as many mails as now." }
at_least = { type = "float", min = 0, max = 1, default = 0.5, doc = "Least mails of a kind, as a share of those now." }
at_most = { type = "float", min = 1, max = 100, default = 1.5, doc = "Most mails of a kind, as a multiple of those now." }
fixed = { type = "list[str]", default = ["Welcome", "Abandoned Cart"], doc = "Kinds that are sent as now, because they answer what somebody does." }

[columns]
campaign_type = "Kind of campaign sent in the present, or (all)."
mailings = "Mailings from which its gain is known."
gain = "Net gain of a mail, as seen. NULL where it can't be told."
gain_low = "Lower end of its 95 % interval."
gain_high = "Upper end."
expected_gain = "Net gain to expect of a mail, drawn towards the mean."
sends_now = "Mails in the present."
planned_sends = "Mails of the plan."
change = "planned_sends - sends_now."
expected_change = "What the change is expected to bring: change x expected_gain. NULL where the gain can't be told."
change_low = "Lower end of its 95 % interval."
change_high = "Upper end."
chance_better = "Chance that the change brings more than 0, by the normal distribution. NULL where nothing changes."

[advice]
text = "Share out the mails of the next quarter as planned: {more} more, {less} less."
assumption = "What is credited to a mail is what it brings, and a mail more of a kind brings as much as one now; where people were held out, ask again with worth=incremental."
unit = "net revenue"
period = "over the plan, less the cost of the mails"
sql = """
SELECT
    max(CASE WHEN campaign_type = '(all)' THEN expected_change END) AS worth,
    max(CASE WHEN campaign_type = '(all)' THEN change_low END) AS worth_low,
    max(CASE WHEN campaign_type = '(all)' THEN change_high END) AS worth_high,
    max_by(campaign_type, change) FILTER (WHERE campaign_type <> '(all)' AND change > 0) AS more,
    min_by(campaign_type, change) FILTER (WHERE campaign_type <> '(all)' AND change < 0) AS less
FROM answer"""
*/
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "email/_money.sql" import campaign_money %}
{% from "email/_by.sql" import campaigns %}
{% from "email/_holdout.sql" import compared %}
{% from "email/_gained.sql" import gained %}
{% from "email/_plan.sql" import plan %}
WITH {{ credited_orders() }},

{{ campaign_totals() }},

{{ campaign_money() }},

order_values AS (
    SELECT
        main.ratio(sum(revenue) FILTER (WHERE orders > 0), sum(orders)) AS order_value,
        main.ratio(sum(cost), sum(sent) FILTER (WHERE cost IS NOT NULL)) AS mail_cost
    FROM campaign_money
),

{% if worth == "incremental" %}
{{ campaigns() }},

{{ compared("campaign_type") }},

{{ gained() }},

seen AS (
    SELECT
        campaign_type,
        compared_mailings AS mailings,
        revenue / mailed_people AS revenue_each,
        power((revenue_below + revenue_above) / 2 / stats.z_95() / mailed_people, 2) AS variance
    FROM gains
),
{% else %}
mailings AS (
    SELECT
        campaign_type,
        coalesce(mailing, campaign_id) AS mailing,
        mailing IS NULL AS stands_alone,
        CAST(sum(revenue) AS DOUBLE) AS revenue,
        CAST(sum(sent) AS DOUBLE) AS sent
    FROM campaign_money
    WHERE revenue IS NOT NULL AND sent > 0
    GROUP BY campaign_type, coalesce(mailing, campaign_id), mailing IS NULL
),

kind_sums AS (
    SELECT
        campaign_type,
        count(*) AS mailings,
        CAST(sum(main.fixed_point(sent)) AS DOUBLE) AS sent,
        CAST(sum(main.fixed_point(revenue)) AS DOUBLE) / CAST(sum(main.fixed_point(sent)) AS DOUBLE) AS revenue_each
    FROM mailings
    GROUP BY campaign_type
),

-- However alike its mailings were, a kind is not better known than by one order.
seen AS (
    SELECT
        kind_sums.campaign_type,
        kind_sums.mailings,
        kind_sums.revenue_each,
        CASE
            WHEN kind_sums.mailings > 1
                THEN greatest(
                    kind_errors.squares * kind_sums.mailings / (kind_sums.mailings - 1),
                    coalesce(power(order_values.order_value, 2), 0)
                ) / power(kind_sums.sent, 2)
        END AS variance
    FROM kind_sums
    INNER JOIN (
        SELECT mailings.campaign_type, CAST(sum(main.fixed_point(power(mailings.revenue - sums.revenue_each * mailings.sent, 2))) AS DOUBLE) AS squares
        FROM mailings
        INNER JOIN kind_sums AS sums ON sums.campaign_type = mailings.campaign_type
        GROUP BY mailings.campaign_type
    ) AS kind_errors ON kind_errors.campaign_type = kind_sums.campaign_type
    CROSS JOIN order_values
),
{% endif %}

{{ plan() }}

SELECT
    campaign_type,
    mailings,
    gain,
    gain - stats.z_95() * sqrt(variance) AS gain_low,
    gain + stats.z_95() * sqrt(variance) AS gain_high,
    expected_gain,
    CAST(sends_now AS BIGINT) AS sends_now,
    CAST(planned_sends AS BIGINT) AS planned_sends,
    CAST(planned_sends - sends_now AS BIGINT) AS change,
    expected_change,
    expected_change - stats.z_95() * change_error AS change_low,
    expected_change + stats.z_95() * change_error AS change_high,
    CASE
        WHEN change_error > 0 AND expected_change >= 0 THEN 1 - stats.normal_tail(expected_change / change_error)
        WHEN change_error > 0 THEN stats.normal_tail(-expected_change / change_error)
    END AS chance_better
FROM plan
ORDER BY position, expected_gain DESC NULLS LAST, campaign_type
