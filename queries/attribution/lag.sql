/*
question = "How long, and how many touches, does it take to an order?"
doc = """
Orders by the whole elapsed days between the first touch on their path and the order, and by the number of touches. Choose \
lookback_days from it: where the cumulative share still climbs at the end of the lookback, the window cuts paths off. Long lags \
and many touches also come from people who simply buy again: with cycle = true an earlier order ends the path. Orders without an \
eligible touch have the value NULL."""
grain = ["measure", "value"]

[columns]
measure = "days: from the first touch to the order. touches: steps on the path."
value = "Number of whole days, or of touches. NULL for orders without an eligible touch."
conversions = "Orders."
revenue = "Their net revenue."
share = "Share of all orders of the range."
cumulative_share = "Share of the orders with this value or a smaller one. NULL where the value is."
*/
{% from "attribution/_breakdown.sql" import dimension %}
{% set null_paths_when = "false" %}
{% set ages_when = "false" %}
WITH {% include "attribution/_paths.sql" %},

{% include "attribution/_unattributed.sql" %},

measured AS (
    SELECT 'days' AS measure, first_age // 86400000000 AS value, net_revenue
    FROM journeys
    UNION ALL
    SELECT 'touches', array_length(nodes), net_revenue
    FROM journeys
    UNION ALL
    SELECT measures.measure, NULL, unattributed.net_revenue
    FROM unattributed
    CROSS JOIN (VALUES ('days'), ('touches')) AS measures (measure)
),

counted AS (
    SELECT measure, value, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM measured
    GROUP BY measure, value
)

SELECT
    measure,
    CAST(value AS BIGINT) AS value,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(conversions AS DOUBLE) / sum(conversions) OVER (PARTITION BY measure) AS share,
    CASE WHEN value IS NOT NULL THEN
        CAST(sum(conversions) OVER (PARTITION BY measure ORDER BY value NULLS LAST) AS DOUBLE)
        / sum(conversions) OVER (PARTITION BY measure)
    END AS cumulative_share
FROM counted
ORDER BY measure, value NULLS LAST
