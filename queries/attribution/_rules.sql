/*
[params]
first_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the first touch. With the last touch's at most 1; touches in the middle share the rest. Two touches share in the ratio of both, alike if both are 0." }
last_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the last touch." }
half_life_days = { type = "float", min = 0.0001, max = 3650, default = 7, doc = "Time decay model: days before the order at which a touch weighs half as much." }
*/
-- The weight that each rule gives to each step of a path, not yet brought to the sum of 1.
looked_up AS MATERIALIZED (
    SELECT
        path_steps.path_id,
        path_steps.path,
        path_steps.place,
        path_steps.node,
        CAST(path_steps.age - min(path_steps.age) OVER whole AS DOUBLE) / 86400000000 AS days_before_last,
        count(*) OVER whole AS path_length,
        count(*) OVER (PARTITION BY path_steps.path_id, path_steps.node) AS occurrences,
        row_number() OVER (PARTITION BY path_steps.path_id ORDER BY nodes.is_direct, path_steps.place) AS place_not_direct,
        row_number() OVER (PARTITION BY path_steps.path_id ORDER BY nodes.is_direct, path_steps.place DESC) AS last_not_direct,
        row_number() OVER (
            PARTITION BY path_steps.path_id ORDER BY nodes.is_paid DESC, nodes.is_direct, path_steps.place DESC
        ) AS last_paid
    FROM path_steps
    INNER JOIN nodes ON nodes.node = path_steps.node
    WHERE path_steps.conversions > 0
    WINDOW whole AS (PARTITION BY path_steps.path_id)
),

asked AS MATERIALIZED (
    SELECT unnest($model) AS model
),

rule_weights AS (
    SELECT
        asked.model,
        looked_up.path_id,
        looked_up.place,
        CASE asked.model
            WHEN 'linear' THEN 1
            WHEN 'first' THEN CASE WHEN place = 1 THEN 1 ELSE 0 END
            WHEN 'last' THEN CASE WHEN place = path_length THEN 1 ELSE 0 END
            WHEN 'first_non_direct' THEN CASE WHEN place_not_direct = 1 THEN 1 ELSE 0 END
            WHEN 'last_non_direct' THEN CASE WHEN last_not_direct = 1 THEN 1 ELSE 0 END
            WHEN 'last_paid' THEN CASE WHEN last_paid = 1 THEN 1 ELSE 0 END
            WHEN 'time_decay' THEN power(2, -days_before_last / $half_life_days)
            WHEN 'shapley' THEN 1.0 / occurrences
            WHEN 'w_shaped' THEN CASE
                WHEN path_length <= 3 OR place IN (1, path_length // 2 + 1, path_length) THEN 0.3
                ELSE 0.1 / (path_length - 3)
            END
            ELSE CASE
                WHEN $first_weight + $last_weight > 1.000001
                    THEN error('first_weight and last_weight must not exceed 1 together')
                WHEN path_length = 1 OR (path_length = 2 AND $first_weight + $last_weight = 0) THEN 1
                WHEN place = 1 THEN $first_weight
                WHEN place = path_length THEN $last_weight
                ELSE greatest(1 - $first_weight - $last_weight, 0) / (path_length - 2)
            END
        END AS weight
    FROM looked_up
    CROSS JOIN asked
    WHERE
        asked.model NOT IN ('markov', 'counterfactual', 'shapley')
        OR (asked.model = 'shapley' AND $shapley_v = 'conversions')
)
