-- How much likelier the whole path is to end in an order than the same path without the step.
path_rates AS (
    SELECT path_id, nodes, CAST(conversions AS DOUBLE) / (conversions + non_conversions) AS rate
    FROM paths
    WHERE {{ counterfactual_when }} AND conversions + non_conversions > 0
),

-- Place 0 is the path itself, any other the path without the step at that place.
shortened AS (
    SELECT
        path_id,
        place,
        array_length(nodes) AS path_length,
        rate,
        CASE
            WHEN place = 0 THEN nodes
            ELSE list_concat(list_slice(nodes, 1, place - 1), list_slice(nodes, place + 1, array_length(nodes)))
        END AS kept
    FROM (SELECT path_id, nodes, rate, unnest(range(0, array_length(nodes) + 1)) AS place FROM path_rates)
    WHERE place = 0 OR rate > 0
),

gains AS (
    SELECT
        path_id,
        place,
        path_length,
        rate - coalesce(max(CASE WHEN place = 0 THEN rate END) OVER (PARTITION BY kept), 0) AS gain
    FROM shortened
),

counterfactual_weights AS (
    SELECT
        path_id,
        place,
        CASE
            WHEN max(gain) OVER (PARTITION BY path_id) > 0 THEN greatest(gain, 0)
            WHEN place = path_length THEN 1
            ELSE 0
        END AS weight
    FROM gains
    WHERE place > 0
)
