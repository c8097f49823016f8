/*
question = "How long, and how many touches, does it take to an order?"
doc = """
Orders by the whole elapsed days between the first touch on their path and the order, and by the number of touches. Choose \
lookback_days from it: where the cumulative share still climbs at the end of the lookback, the window cuts paths off. Long lags \
and many touches also come from people who simply buy again: with cycle = true an earlier order ends the path. Orders without an \
eligible touch have the value NULL."""
grain = ["measure", "value"]
headline = ["measure", "value", "conversions", "share", "cumulative_share"]

[chart]
kind = "line"
x = "value"
y = "cumulative_share"
series = "measure"

[finding]
text = "At least half of the orders with a touch came less than {days:days} after the first touch on their path."
sql = """
WITH placed AS (
    SELECT value, sum(conversions) OVER (ORDER BY value) AS so_far, sum(conversions) OVER () AS total
    FROM answer
    WHERE measure = 'days' AND value IS NOT NULL
)
SELECT min(value) + 1 AS days
FROM placed
WHERE so_far * 2 >= total AND total >= 30
HAVING count(*) > 0"""

[columns]
measure = "days: from the first touch to the order. touches: steps on the path."
value = "Number of whole days, or of touches. NULL for orders without an eligible touch."
conversions = "Orders."
revenue = "Their net revenue."
share = "Share of all orders of the range."
cumulative_share = "Share of the orders with this value or a smaller one. NULL where the value is."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform) }},

order_paths AS (
    SELECT journey_id AS order_id, CAST(floor(max(days_before)) AS BIGINT) AS days, count(*) AS touches
    FROM journey_steps
    GROUP BY journey_id
),

measures AS (
    SELECT 'days' AS measure, order_paths.days AS value, conversions.net_revenue
    FROM conversions
    LEFT JOIN order_paths ON order_paths.order_id = conversions.order_id
    UNION ALL
    SELECT 'touches', order_paths.touches, conversions.net_revenue
    FROM conversions
    LEFT JOIN order_paths ON order_paths.order_id = conversions.order_id
),

value_counts AS (
    SELECT measure, value, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM measures
    GROUP BY measure, value
)

SELECT
    measure,
    value,
    conversions,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(conversions, sum(conversions) OVER (PARTITION BY measure)) AS share,
    CASE WHEN value IS NOT NULL THEN
        main.ratio(
            sum(conversions) OVER (PARTITION BY measure ORDER BY value NULLS LAST),
            sum(conversions) OVER (PARTITION BY measure)
        )
    END AS cumulative_share
FROM value_counts
ORDER BY measure, value NULLS LAST
