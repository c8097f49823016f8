/*
[params]
path_transform = { type = "list[choice]", of = ["none", "exposure", "first", "unique", "frequency", "remove_if_not_all", "remove_if_last_and_not_all", "trim"], default = ["none"], doc = "What is done to each path before it is weighted, one after the other, at most three: exposure keeps the first of adjacent repeats; first the first occurrence of each; unique the set, in alphabetical order; frequency the first occurrence, named channel(n) after its number; remove_if_not_all takes out transform_channel unless the path is nothing else; remove_if_last_and_not_all does so at the end of the path only; trim keeps the last trim_steps." }
transform_channel = { type = "str", default = "Direct", doc = "The channel that the transforms beginning with remove_ take out." }
trim_steps = { type = "int", min = 1, max = 1000000, default = 10, doc = "Steps that the transform trim keeps." }
*/
-- The steps of each journey in order: by name where only the set counts, else by moment.
transformed_0 AS (
    SELECT customer_key, anonymous_id, order_id, age, touchpoint_id, moment, channel, node, 0 AS name_order
    FROM journey_touches
    QUALIFY
        $path_grain = 'touch'
        OR session_id IS NULL
        OR row_number() OVER (
            PARTITION BY customer_key, anonymous_id, order_id, session_id ORDER BY moment, touchpoint_id
        ) = 1
),

{% for k in range(1, 4) %}
looked_at_{{ k }} AS (
    SELECT
        *,
        lag(node) OVER (PARTITION BY customer_key, anonymous_id, order_id ORDER BY name_order, moment, touchpoint_id) AS node_before,
        row_number() OVER (
            PARTITION BY customer_key, anonymous_id, order_id, node ORDER BY name_order, moment, touchpoint_id
        ) AS occurrence,
        count(*) OVER (PARTITION BY customer_key, anonymous_id, order_id, node) AS occurrences,
        count(*) OVER (PARTITION BY customer_key, anonymous_id, order_id) AS path_length,
        count(*) OVER (PARTITION BY customer_key, anonymous_id, order_id, channel) AS of_channel,
        row_number() OVER (
            PARTITION BY customer_key, anonymous_id, order_id
            ORDER BY name_order DESC, moment DESC, touchpoint_id DESC
        ) AS place_from_end,
        sum(CASE WHEN channel <> $transform_channel THEN 1 ELSE 0 END) OVER (
            PARTITION BY customer_key, anonymous_id, order_id ORDER BY name_order, moment, touchpoint_id
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS others_to_come
    FROM transformed_{{ k - 1 }}
),

transformed_{{ k }} AS (
    SELECT
        customer_key,
        anonymous_id,
        order_id,
        age,
        touchpoint_id,
        moment,
        channel,
        CASE
            WHEN coalesce(list_extract($path_transform, {{ k }}), 'none') = 'frequency' AND node < 1000000000
                THEN node + 1000000000 * occurrences
            ELSE node
        END AS node,
        CASE WHEN list_extract($path_transform, {{ k }}) = 'unique' THEN node ELSE name_order END AS name_order
    FROM looked_at_{{ k }}
    WHERE
        CASE list_extract($path_transform, {{ k }})
            WHEN 'exposure' THEN node_before IS DISTINCT FROM node
            WHEN 'first' THEN occurrence = 1
            WHEN 'unique' THEN occurrence = 1
            WHEN 'frequency' THEN occurrence = 1
            WHEN 'remove_if_not_all' THEN channel <> $transform_channel OR of_channel = path_length
            WHEN 'remove_if_last_and_not_all' THEN others_to_come > 0 OR of_channel = path_length
            WHEN 'trim' THEN place_from_end <= $trim_steps
            ELSE true
        END
),

{% endfor %}
steps AS MATERIALIZED (
    SELECT customer_key, anonymous_id, order_id, age, touchpoint_id, moment, channel, node, name_order
    FROM transformed_3
    WHERE CASE WHEN array_length($path_transform) > 3 THEN error('path_transform takes at most three transforms') ELSE true END
    QUALIFY
        $lookback_steps = 0
        OR row_number() OVER (
            PARTITION BY customer_key, anonymous_id, order_id
            ORDER BY name_order DESC, moment DESC, touchpoint_id DESC
        ) <= $lookback_steps
)
