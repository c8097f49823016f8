-- How much likelier the whole path is to end in an order than the same path without the step.
path_rates AS MATERIALIZED (
    SELECT
        path,
        nodes,
        CAST(sum(conversions) AS DOUBLE) / sum(conversions + non_conversions) AS rate
    FROM paths
    WHERE {{ counterfactual_when }}
    GROUP BY path, nodes
),

without_step AS (
    SELECT
        path,
        place,
        rate,
        CAST(
            list_concat(list_slice(nodes, 1, place - 1), list_slice(nodes, place + 1, array_length(nodes))) AS VARCHAR
        ) AS path_without
    FROM (SELECT path, nodes, rate, generate_subscripts(nodes, 1) AS place FROM path_rates WHERE rate > 0)
),

gains AS (
    SELECT
        without_step.path,
        without_step.place,
        greatest(without_step.rate - coalesce(shorter.rate, 0), 0) AS gain
    FROM without_step
    LEFT JOIN path_rates AS shorter ON shorter.path = without_step.path_without
),

counterfactual_weights AS (
    SELECT
        path,
        place,
        CASE
            WHEN max(gain) OVER (PARTITION BY path) > 0 THEN gain
            WHEN place = max(place) OVER (PARTITION BY path) THEN 1
            ELSE 0
        END AS weight
    FROM gains
)
