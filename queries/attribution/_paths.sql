-- Each distinct path once: what the models work on. Time decay looks at ages too, so then each order's path is its own.
-- DuckDB 1.1 computes a CTE again for each reference to it, so everything below refers to as little as it can.
{% include "attribution/_journeys.sql" %},

listed AS (
    SELECT
        customer_key,
        anonymous_id,
        order_id,
        max(age) AS first_age,
        list(node ORDER BY name_order, moment, touchpoint_id) AS nodes,
        list(age ORDER BY name_order, moment, touchpoint_id) FILTER (WHERE {{ ages_when }}) AS ages
    FROM steps
    GROUP BY customer_key, anonymous_id, order_id
),

journeys AS MATERIALIZED (
    SELECT
        listed.*,
        CAST(listed.nodes AS VARCHAR)
        || CASE WHEN {{ ages_when }} THEN coalesce(' of ' || listed.order_id, '') ELSE '' END AS path_id,
        conversions.ordered_at,
        conversions.net_revenue,
        conversions.is_first_order
    FROM listed
    LEFT JOIN conversions ON conversions.order_id = listed.order_id
),

paths AS MATERIALIZED (
    SELECT
        path_id,
        nodes,
        min(ages) AS ages,
        count(order_id) AS conversions,
        CAST(coalesce(sum(net_revenue), 0) AS DECIMAL(18, 2)) AS revenue,
        count(*) - count(order_id) AS non_conversions
    FROM journeys
    GROUP BY path_id, nodes
),

{% include "attribution/_path_steps.sql" %}
