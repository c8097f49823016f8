-- How much likelier the whole path is to end in an order than the same path without the step.
path_rates AS (
    SELECT nodes, CAST(sum(conversions) AS DOUBLE) / sum(conversions + non_conversions) AS rate
    FROM paths
    WHERE {{ counterfactual_when }}
    GROUP BY nodes
),

-- Place 0 is the path itself, any other the path without the step at that place.
shortened AS (
    SELECT
        nodes,
        place,
        rate,
        CASE
            WHEN place = 0 THEN nodes
            ELSE list_concat(list_slice(nodes, 1, place - 1), list_slice(nodes, place + 1, array_length(nodes)))
        END AS kept
    FROM (SELECT nodes, rate, unnest(range(0, array_length(nodes) + 1)) AS place FROM path_rates)
    WHERE place = 0 OR rate > 0
),

gains AS (
    SELECT
        nodes,
        place,
        rate - coalesce(max(CASE WHEN place = 0 THEN rate END) OVER (PARTITION BY kept), 0) AS gain
    FROM shortened
),

counterfactual_weights AS (
    SELECT
        CAST(nodes AS VARCHAR) AS path,
        place,
        CASE
            WHEN max(gain) OVER (PARTITION BY nodes) > 0 THEN greatest(gain, 0)
            WHEN place = array_length(nodes) THEN 1
            ELSE 0
        END AS weight
    FROM gains
    WHERE place > 0
)
