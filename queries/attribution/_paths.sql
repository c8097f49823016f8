-- Each distinct path once: what the models work on.
-- DuckDB 1.1 computes a CTE again for each reference to it, so everything below refers to as little as it can.
{% include "attribution/_journeys.sql" %},

listed AS (
    SELECT order_id, max(age) AS first_age, list(node ORDER BY name_order, moment, touchpoint_id) AS nodes
    FROM steps
    WHERE order_id IS NOT NULL
    GROUP BY order_id
),

journeys AS MATERIALIZED (
    SELECT
        listed.order_id,
        listed.nodes,
        listed.first_age,
        conversions.ordered_at,
        conversions.net_revenue,
        conversions.is_first_order
    FROM listed
    INNER JOIN conversions ON conversions.order_id = listed.order_id
),

-- There can be tens of millions of these, so that only their number is kept.
journeys_to_nothing AS (
    SELECT list(node ORDER BY name_order, moment, touchpoint_id) AS nodes
    FROM steps
    WHERE order_id IS NULL
    GROUP BY customer_key, anonymous_id
    UNION ALL
    SELECT [node]
    FROM alone
),

counted_paths AS (
    SELECT nodes, count(*) AS conversions, sum(net_revenue) AS revenue, 0 AS non_conversions
    FROM journeys
    GROUP BY nodes
    UNION ALL
    SELECT nodes, 0, 0, count(*)
    FROM journeys_to_nothing
    GROUP BY nodes
),

paths AS MATERIALIZED (
    SELECT
        CAST(nodes AS VARCHAR) AS path_id,
        nodes,
        sum(conversions) AS conversions,
        CAST(sum(revenue) AS DECIMAL(18, 2)) AS revenue,
        sum(non_conversions) AS non_conversions
    FROM counted_paths
    GROUP BY nodes
),

{% include "attribution/_path_steps.sql" %}
