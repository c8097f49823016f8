-- The steps of each path, with what their numbers stand for: the transform frequency counts above the billion.
unnested AS (
    SELECT
        path_id,
        generate_subscripts(nodes, 1) AS place,
        unnest(nodes) AS node,
        array_length(nodes) AS path_length,
        members,
        conversions,
        revenue,
        non_conversions
    FROM (SELECT paths.*, list_sort(list_distinct(nodes)) AS members FROM paths)
),

path_steps AS MATERIALIZED (
    SELECT
        unnested.*,
        {% set step_node = "unnested.node" %}
        {% include "attribution/_step_label.sql" %} AS label,
        known_nodes.channel,
        known_nodes.campaign_key,
        known_nodes.campaign_id,
        known_nodes.is_direct,
        known_nodes.is_paid
    FROM unnested
    INNER JOIN known_nodes ON known_nodes.node = unnested.node % 1000000000
)
