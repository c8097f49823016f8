-- Each distinct path once: what the models work on. Time decay looks at ages too, so then each order's path is its own.
{% include "attribution/_journeys.sql" %},

listed AS MATERIALIZED (
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
        CAST(listed.nodes AS VARCHAR) AS path,
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
        path,
        nodes,
        min(ages) AS ages,
        count(order_id) AS conversions,
        CAST(coalesce(sum(net_revenue), 0) AS DECIMAL(18, 2)) AS revenue,
        count(*) - count(order_id) AS non_conversions
    FROM journeys
    GROUP BY path_id, path, nodes
),

path_steps AS MATERIALIZED (
    SELECT
        path_id,
        path,
        generate_subscripts(nodes, 1) AS place,
        unnest(nodes) AS node,
        unnest(ages) AS age,
        conversions,
        revenue,
        non_conversions
    FROM paths
),

-- The transform frequency keeps a number of occurrences above the billion.
nodes AS MATERIALIZED (
    SELECT
        seen.node,
        CASE WHEN seen.node < 1000000000 THEN known_nodes.label ELSE known_nodes.label || '(' || seen.node // 1000000000 || ')' END AS label,
        known_nodes.channel,
        known_nodes.campaign_key,
        known_nodes.campaign_id,
        known_nodes.is_direct,
        known_nodes.is_paid
    FROM (SELECT DISTINCT node FROM path_steps) AS seen
    INNER JOIN known_nodes ON known_nodes.node = seen.node % 1000000000
)
