-- The steps of each path, with what their numbers stand for: the transform frequency counts above the billion.
unnested AS (
    SELECT
        path_id,
        CAST(nodes AS VARCHAR) AS path,
        generate_subscripts(nodes, 1) AS place,
        unnest(nodes) AS node,
        unnest(ages) AS age,
        array_length(nodes) AS path_length,
        list_sort(list_distinct(nodes)) AS members,
        conversions,
        revenue,
        non_conversions
    FROM paths
),

path_steps AS MATERIALIZED (
    SELECT
        unnested.*,
        known_nodes.label
        || CASE WHEN unnested.node < 1000000000 THEN '' ELSE '(' || unnested.node // 1000000000 || ')' END AS label,
        known_nodes.channel,
        known_nodes.campaign_key,
        known_nodes.campaign_id,
        known_nodes.is_direct,
        known_nodes.is_paid
    FROM unnested
    INNER JOIN known_nodes ON known_nodes.node = unnested.node % 1000000000
)
