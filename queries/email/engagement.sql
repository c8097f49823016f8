/*
question = "Which people open, click and buy by mail?"
doc = """
Mail by a trait of the people who got it: delivered, opened, clicked, unsubscribed, and the revenue credited by email/credit. The 95 % intervals take people, not mails, as what varies, \
since mails to one person are opened alike: Wilson's interval of as many mails as would tell as much. Opens and clicks are those by people, or by whomever where a source cannot tell for some. \
Mail to nobody in particular is left out. The traits are those of now."""
misleads = "Who bought after mail moves up: a loyalty tier or a top category of now may follow from the mail. Old and young differ in more than age. Where a source tells only answers to campaigns, ask segmentation/responses."
grain = ["band"]
headline = ["band", "recipients", "delivered", "open_rate", "open_low", "open_high", "click_rate", "revenue_per_recipient"]
needs = ["star.fact_email"]

[chart]
kind = "interval"
x = "band"
y = "open_rate"
low = "open_low"
high = "open_high"

[finding]
text = "{band} open most: {open_rate:percent} ({open_low:percent} to {open_high:percent}), where all open {all_rate:percent}."
sql = """
SELECT band, open_rate, open_low, open_high, (SELECT sum(opened) / sum(delivered) FROM answer) AS all_rate
FROM answer
WHERE band <> '(unknown)' AND recipients >= 30 AND open_low > (SELECT sum(opened) / sum(delivered) FROM answer)
ORDER BY open_rate DESC, band LIMIT 1"""

[params]
by = { type = "choice", of = ["age_range", "income_range", "loyalty_tier", "gender", "education", "family", "marital_status", "country", "acquisition_channel", "top_category"], default = "age_range", doc = "The trait, a column of mart.customer_profile." }
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }

[columns]
band = "Value of the trait; (unknown) for those of whom it is not known."
recipients = "People who got a mail."
delivered = "Mails delivered to them."
opened = "Mails opened."
open_rate = "opened / delivered."
open_low = "Lower end of its interval."
open_high = "Upper end."
clicked = "Mails clicked in."
click_rate = "clicked / delivered."
click_low = "Lower end of its interval."
click_high = "Upper end."
click_to_open_rate = "clicked / opened."
unsubscribes = "Mails through which a person unsubscribed."
unsubscribe_rate = "unsubscribes / delivered."
conversions = "Orders credited. NULL where there are no orders in the warehouse."
revenue = "Their net revenue."
revenue_per_recipient = "revenue / recipients."
*/
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_kinds.sql" import asked_campaigns %}
WITH {{ credited_orders() }},

{{ asked_campaigns() }},

mail_credits AS (
    SELECT email_id, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM credited_orders
    GROUP BY email_id
),

people AS (
    SELECT
        mail.customer_key,
        count(*) AS delivered,
        count(mail.first_opened_at) AS any_opens,
        count(mail.first_human_opened_at) AS human_opens,
        count(*) FILTER (WHERE mail.first_opened_at IS NOT NULL AND NOT mail.is_human_known) AS unknown_opens,
        count(mail.first_clicked_at) AS any_clicks,
        count(mail.first_human_clicked_at) AS human_clicks,
        count(*) FILTER (WHERE mail.first_clicked_at IS NOT NULL AND NOT mail.is_human_known) AS unknown_clicks,
        count(mail.unsubscribed_at) AS unsubscribes,
        coalesce(sum(mail_credits.conversions), 0) AS conversions,
        coalesce(sum(mail_credits.revenue), 0) AS revenue
    FROM star.fact_email AS mail
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = mail.campaign_key
    LEFT JOIN mail_credits ON mail_credits.email_id = mail.email_id
    WHERE
        mail.customer_key <> 0
        AND mail.delivered_at IS NOT NULL
        AND ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY mail.customer_key
),

counted_people AS (
    SELECT
        people.customer_key,
        people.delivered,
        CASE WHEN sum(people.unknown_opens) OVER () = 0 THEN people.human_opens ELSE people.any_opens END AS opened,
        CASE WHEN sum(people.unknown_clicks) OVER () = 0 THEN people.human_clicks ELSE people.any_clicks END AS clicked,
        people.unsubscribes,
        people.conversions,
        people.revenue
    FROM people
),

band_sums AS (
    SELECT
        coalesce(profile.{{ by }}, '(unknown)') AS band,
        count(*) AS recipients,
        {% for count in ["delivered", "opened", "clicked", "unsubscribes", "conversions"] %}
        CAST(sum(counted_people.{{ count }}) AS BIGINT) AS {{ count }},
        {% endfor %}
        sum(counted_people.revenue) AS revenue,
        CAST(sum(counted_people.delivered * counted_people.delivered) AS DOUBLE) AS squared_delivered,
        {% for count in ["opened", "clicked"] %}
        CAST(sum(counted_people.{{ count }} * counted_people.{{ count }}) AS DOUBLE) AS squared_{{ count }},
        CAST(sum(counted_people.{{ count }} * counted_people.delivered) AS DOUBLE) AS products_{{ count }},
        CAST(sum(counted_people.{{ count }}) AS DOUBLE) / CAST(sum(counted_people.delivered) AS DOUBLE) AS rate_{{ count }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM counted_people
    LEFT JOIN mart.customer_profile AS profile ON profile.customer_key = counted_people.customer_key
    GROUP BY 1
),

-- The variance of a rate whose mails come in people, each of whom opens or clicks after their own habit.
variances AS (
    SELECT
        *,
        {% for count in ["opened", "clicked"] %}
        greatest(squared_{{ count }} - 2 * rate_{{ count }} * products_{{ count }} + rate_{{ count }} * rate_{{ count }} * squared_delivered, 0)
        * recipients / nullif(recipients - 1, 0) / delivered / delivered AS variance_{{ count }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM band_sums
),

-- As many independent mails would leave the rate as uncertain.
effective_sizes AS (
    SELECT
        *,
        {% for count in ["opened", "clicked"] %}
        CASE
            WHEN variance_{{ count }} > 0 THEN least(CAST(delivered AS DOUBLE), rate_{{ count }} * (1 - rate_{{ count }}) / variance_{{ count }})
            ELSE CAST(delivered AS DOUBLE)
        END AS size_{{ count }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM variances
),

known_orders AS (
    SELECT count(*) > 0 AS has_orders
    FROM (SELECT 1 FROM star.fact_order LIMIT 1) AS first_order
)

SELECT
    band,
    recipients,
    delivered,
    opened,
    rate_opened AS open_rate,
    stats.wilson_low(rate_opened, size_opened, stats.z_95()) AS open_low,
    stats.wilson_high(rate_opened, size_opened, stats.z_95()) AS open_high,
    clicked,
    rate_clicked AS click_rate,
    stats.wilson_low(rate_clicked, size_clicked, stats.z_95()) AS click_low,
    stats.wilson_high(rate_clicked, size_clicked, stats.z_95()) AS click_high,
    main.ratio(clicked, opened) AS click_to_open_rate,
    unsubscribes,
    main.ratio(unsubscribes, delivered) AS unsubscribe_rate,
    CASE WHEN known_orders.has_orders THEN conversions END AS conversions,
    CASE WHEN known_orders.has_orders THEN main.money(revenue) END AS revenue,
    CASE WHEN known_orders.has_orders THEN main.ratio(revenue, recipients) END AS revenue_per_recipient
FROM effective_sizes
CROSS JOIN known_orders
ORDER BY band
