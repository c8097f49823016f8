/*
question = "What did people buy who were held out at random, and what did the mails add?"
doc = """
Those mailed and those held out side by side, all who were assigned, delivered or not: how many bought within email_hours after the assignment, the difference of the two shares with Newcombe's \
95 % interval (1998), and what it comes to in orders and money, as in email/roi. Mailings are compared one by one and weighed by the people they mailed, for each may hold out another share; \
only mailings that held out two people or more count."""
misleads = "A p-value above 0.05 does not say that mails do nothing: look how wide the interval is, and hold out more. People held out from one mailing got others."
grain = ["campaign_type", "band"]
headline = ["campaign_type", "band", "mailed_people", "held_people", "mailed_share", "held_share", "difference", "low", "high", "verdict"]
needs = ["star.fact_email.is_holdout"]

[chart]
kind = "interval"
x = "campaign_type"
y = "difference"
low = "low"
high = "high"

[finding]
text = "{campaign_type} ({band}) moved {difference:percent} of its people to buy ({low:percent} to {high:percent}): {mailed_share:percent} of those mailed bought, {held_share:percent} of those held out."
sql = "SELECT campaign_type, band, difference, low, high, mailed_share, held_share FROM answer WHERE low > 0 ORDER BY low DESC, campaign_type, band LIMIT 1"

[params]
by = { type = "choice", of = ["campaign_type", "campaign", "month", "segment"], default = "campaign_type", doc = "What a row is: a kind of campaign; a campaign, the versions of a mailing together; a month of the assignments; or the RFM segment in which the customers were at start (now, where no start is given)." }
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
email_hours = { type = "float", min = 0, max = 8760, default = 120, doc = "Elapsed hours after the assignment within which an order counts, inclusive." }

[columns]
campaign_type = "Kind of campaign; (all) by month and by segment."
band = "Campaign, first day of the month, or segment; (all) by campaign_type."
mailings = "Mailings compared."
mailed_people = "People mailed, each as often as they were."
held_people = "People held out, each as often as they were."
mailed_buyers = "Of those mailed, how many bought."
held_buyers = "Of those held out, how many bought."
mailed_share = "mailed_buyers / mailed_people."
held_share = "Share of those held out who bought, mailings weighed by those they mailed."
difference = "mailed_share - held_share."
low = "Lower end of its interval."
high = "Upper end."
p_value = "Two-sided p-value of no difference, by the normal approximation. NULL where a group leads to expect fewer than five buyers, or others: then only the interval tells."
incremental_conversions = "Orders of those mailed more than expected from those held out."
incremental_conversions_low = "Lower end of its interval."
incremental_conversions_high = "Upper end."
incremental_revenue = "The same in net revenue."
incremental_revenue_low = "Lower end of its interval. NULL where nobody bought."
incremental_revenue_high = "Upper end."
verdict = "adds, where the interval of the difference lies above 0; takes away, where below; no evidence, where it holds 0."
*/
{% from "email/_by.sql" import campaigns %}
{% from "email/_holdout.sql" import compared %}
{% from "email/_gained.sql" import gained %}
WITH {{ campaigns() }},

{{ compared(by) }},

{{ gained() }},

shares AS (
    SELECT
        gains.*,
        (mailed_share * mailed_people + held_share * held_size) / (mailed_people + held_size) AS pooled,
        mailed_share - held_share AS difference
    FROM gains
)

SELECT
    campaign_type,
    band,
    compared_mailings AS mailings,
    compared_recipients AS mailed_people,
    compared_held AS held_people,
    compared_buyers AS mailed_buyers,
    compared_held_buyers AS held_buyers,
    mailed_share,
    held_share,
    difference,
    difference - sqrt(low_squared) AS low,
    difference + sqrt(high_squared) AS high,
    CASE
        WHEN least(pooled, 1 - pooled) * least(mailed_people, held_size) >= 5
            THEN 2 * stats.normal_tail(abs(difference) / sqrt(pooled * (1 - pooled) * (1 / mailed_people + 1 / held_size)))
    END AS p_value,
    conversions AS incremental_conversions,
    conversions - conversions_below AS incremental_conversions_low,
    conversions + conversions_above AS incremental_conversions_high,
    revenue AS incremental_revenue,
    revenue - revenue_below AS incremental_revenue_low,
    revenue + revenue_above AS incremental_revenue_high,
    CASE
        WHEN difference - sqrt(low_squared) > 0 THEN 'adds'
        WHEN difference + sqrt(high_squared) < 0 THEN 'takes away'
        ELSE 'no evidence'
    END AS verdict
FROM shares
ORDER BY campaign_type, band
