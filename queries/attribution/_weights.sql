/*
[params]
model = { type = "list[choice]", of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual"], default = ["linear"], doc = "Who gets the credit, one model or several side by side: the first or the last touch; the first or the last that is not direct; the last paid one, else as last_non_direct; all alike; the ends more than the middle (position); the first, the middle and the last more than the others (w_shaped, 30 % each); the later more than the earlier (time_decay); or what is learnt from all paths: what is lost without a channel (markov), its average part in what sets of channels win (shapley), what each step adds to a path's rate (counterfactual)." }
shapley_v = { type = "choice", of = ["conversions", "rate", "counterfactual"], default = "conversions", doc = "What a set of channels is worth to the Shapley model: conversions, which comes to an equal split among the distinct channels of each path; rate, the share of the paths of exactly this set that end in an order, which ignores how many they are and can give negative credit; counterfactual, the same as that model." }
*/
-- Every model's weight for each step of each path that ended in an order; those of a path sum to 1.
{% include "attribution/_rules.sql" %},

{% include "attribution/_counterfactual.sql" %},

{% include "attribution/_shapley_rate.sql" %},

{% include "attribution/_removal.sql" %},

raw_weights AS (
    SELECT rule_weights.model, rule_weights.path_id, rule_weights.place, rule_weights.weight
    FROM rule_weights
    UNION ALL
    SELECT asked.model, looked_up.path_id, looked_up.place, found.weight
    FROM looked_up
    INNER JOIN counterfactual_weights AS found ON found.path = looked_up.path AND found.place = looked_up.place
    INNER JOIN asked
        ON asked.model = 'counterfactual' OR (asked.model = 'shapley' AND $shapley_v = 'counterfactual')
    UNION ALL
    SELECT 'shapley', looked_up.path_id, looked_up.place, found.weight / looked_up.occurrences
    FROM looked_up
    INNER JOIN shapley_weights AS found ON found.path = looked_up.path AND found.node = looked_up.node
    UNION ALL
    -- Markov knows no single order: a path is shared in the ratio of what is lost without each of its nodes.
    SELECT 'markov', looked_up.path_id, looked_up.place, found.effect / looked_up.occurrences
    FROM looked_up
    INNER JOIN removal_effects AS found ON found.node = looked_up.node
),

-- Fixed-point shares sum exactly in any order, so that no result depends on the number of threads.
weights AS MATERIALIZED (
    SELECT
        raw_weights.model,
        raw_weights.path_id,
        raw_weights.place,
        CAST(
            raw_weights.weight / sum(raw_weights.weight) OVER (
                PARTITION BY raw_weights.model, raw_weights.path_id ORDER BY raw_weights.place
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS DECIMAL(25, 15)
        ) AS credit
    FROM raw_weights
)
