/*
question = "How large is each segment, what does it bring, and what should be done with it?"
doc = """
The segments that segmentation/rfm gives with the same parameters: customers, money and the shares of both, the usual customer of each, and \
the action that fits (meta.segment_rule). Segments that nobody falls in are left out."""
misleads = "With quantile or ntile a fifth of the customers has the worst score by construction, so the sizes hardly change from month to month: compare dates by cuts or by segmentation/migration."
grain = ["segment"]
headline = ["segment", "customers", "customer_share", "monetary_share", "action"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "bar"
x = "segment"
y = ["customer_share", "monetary_share"]

[finding]
text = "{segment}: {customer_share:percent} of the customers bring {monetary_share:percent} of the money."
effect = "effect"
sql = "SELECT segment, customer_share, monetary_share, monetary_share - customer_share AS effect FROM answer WHERE monetary_share > customer_share ORDER BY monetary_share - customer_share DESC, segment LIMIT 1"

[params]
as_of = { type = "timestamp", doc = "The moment from which recency counts back; later orders do not count. Default: the last order counted." }

[columns]
segment = "Name of the segment, as the map has it; Others for who fits no rule."
customers = "Number of customers."
customer_share = "Their share of the customers with an order, 0 to 1."
monetary = "Net revenue less refunds of their orders."
monetary_share = "Their share of that money, 0 to 1. NULL where all together is not above 0."
avg_monetary = "monetary / customers."
avg_recency_days = "Mean whole days since the last order."
avg_frequency = "Mean number of orders."
action = "What fits the segment. NULL for Others."
*/
{% from "segmentation/_scores.sql" import scored_customers %}
WITH moments AS (
    SELECT 1 AS moment, $as_of AS asked_at
),

{{ scored_customers() }},

segment_totals AS (
    SELECT
        segment,
        count(*) AS customers,
        sum(monetary) AS monetary,
        sum(recency_days) AS recency_days,
        sum(frequency) AS frequency
    FROM scored_customers
    GROUP BY segment
),

segment_actions AS (
    SELECT segment, min(position) AS position, nullif(min_by(action, position), '') AS action
    FROM segment_rules
    GROUP BY segment
)

SELECT
    segment_totals.segment,
    segment_totals.customers,
    segment_totals.customers / sum(segment_totals.customers) OVER () AS customer_share,
    main.money(segment_totals.monetary) AS monetary,
    CASE
        WHEN sum(segment_totals.monetary) OVER () > 0
            THEN CAST(segment_totals.monetary AS DOUBLE) / CAST(sum(segment_totals.monetary) OVER () AS DOUBLE)
    END AS monetary_share,
    main.money(segment_totals.monetary / segment_totals.customers) AS avg_monetary,
    segment_totals.recency_days / segment_totals.customers AS avg_recency_days,
    segment_totals.frequency / segment_totals.customers AS avg_frequency,
    segment_actions.action
FROM segment_totals
LEFT JOIN segment_actions ON segment_actions.segment = segment_totals.segment
ORDER BY segment_actions.position NULLS LAST, segment_totals.segment
