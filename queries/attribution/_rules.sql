-- The rules, one line each: what a step weighs, not yet brought to the sum of 1. Time decay looks at each order by itself.
weighed AS (
    SELECT
        asked.model,
        looked_up.path_id,
        looked_up.place,
        looked_up.label,
        looked_up.channel,
        looked_up.campaign_key,
        looked_up.campaign_id,
        looked_up.conversions,
        looked_up.revenue,
        removal_effects.effect,
        removal_effects.revenue_effect,
        CASE asked.model
            WHEN 'linear' THEN 1
            WHEN 'first' THEN CASE WHEN looked_up.place = 1 THEN 1 ELSE 0 END
            WHEN 'last' THEN CASE WHEN looked_up.place = path_length THEN 1 ELSE 0 END
            WHEN 'first_non_direct' THEN CASE WHEN first_not_direct = 1 THEN 1 ELSE 0 END
            WHEN 'last_non_direct' THEN CASE WHEN last_not_direct = 1 THEN 1 ELSE 0 END
            WHEN 'last_paid' THEN CASE WHEN last_paid = 1 THEN 1 ELSE 0 END
            WHEN 'w_shaped' THEN CASE
                WHEN path_length <= 3 OR looked_up.place IN (1, path_length // 2 + 1, path_length) THEN 0.3
                ELSE 0.1 / (path_length - 3)
            END
            WHEN 'counterfactual' THEN found.weight
            -- Markov knows no single order: a path is shared in the ratio of what is lost without each of its steps.
            WHEN 'markov' THEN removal_effects.effect / looked_up.occurrences
            WHEN 'shapley' THEN CASE $shapley_v
                WHEN 'conversions' THEN CAST(1 AS DOUBLE) / looked_up.occurrences
                WHEN 'rate' THEN shapley_values.share / looked_up.occurrences
                ELSE found.weight
            END
            ELSE CASE
                WHEN $first_weight + $last_weight > 1.000001
                    THEN error('first_weight and last_weight must not exceed 1 together')
                WHEN path_length = 1 OR (path_length = 2 AND $first_weight + $last_weight = 0) THEN 1
                WHEN looked_up.place = 1 THEN $first_weight
                WHEN looked_up.place = path_length THEN $last_weight
                ELSE greatest(1 - $first_weight - $last_weight, 0) / (path_length - 2)
            END
        END AS weight
    FROM looked_up
    -- By markov a step has its part even if those who went on from it to an order came from elsewhere.
    INNER JOIN asked ON asked.model = 'markov' OR (asked.model <> 'time_decay' AND looked_up.conversions > 0)
    LEFT JOIN counterfactual_weights AS found ON found.path_id = looked_up.path_id AND found.place = looked_up.place
    LEFT JOIN shapley_values ON shapley_values.members = looked_up.members AND shapley_values.node = looked_up.node
    LEFT JOIN removal_effects ON removal_effects.label = looked_up.label
)
