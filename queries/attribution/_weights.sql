/*
[params]
model = { type = "list[choice]", of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual"], default = ["linear"], doc = "Who gets the credit, one model or several side by side: the first or the last touch; the first or the last that is not direct; the last paid one, else as last_non_direct; all alike; the ends more than the middle (position); the first, the middle and the last more than the others (w_shaped, 30 % each); the later more than the earlier (time_decay); or what is learnt from all paths: what is lost without a channel (markov), its average part in what sets of channels win (shapley), what each step adds to a path's rate (counterfactual)." }
shapley_v = { type = "choice", of = ["conversions", "rate", "counterfactual"], default = "conversions", doc = "What a set of channels is worth to the Shapley model: conversions, which comes to an equal split among the distinct channels of each path; rate, the share of the paths of exactly this set that end in an order, which ignores how many they are and can give negative credit; counterfactual, the same as that model." }
first_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the first touch. With the last touch's at most 1; touches in the middle share the rest. Two touches share in the ratio of both, alike if both are 0." }
last_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the last touch." }
half_life_days = { type = "float", min = 0.0001, max = 3650, default = 7, doc = "Time decay model: days before the order at which a touch weighs half as much." }
*/
-- Every model's weight for each step of each path that ended in an order; those of a path sum to 1. Markov has the other paths too.
{% include "attribution/_counterfactual.sql" %},

{% include "attribution/_shapley_rate.sql" %},

{% include "attribution/_removal.sql" %},

asked AS MATERIALIZED (
    SELECT unnest($model) AS model
),

looked_up AS (
    SELECT
        path_steps.*,
        count(*) OVER (PARTITION BY path_id, node) AS occurrences,
        row_number() OVER (PARTITION BY path_id ORDER BY is_direct, place) AS first_not_direct,
        row_number() OVER (PARTITION BY path_id ORDER BY is_direct, place DESC) AS last_not_direct,
        row_number() OVER (PARTITION BY path_id ORDER BY is_paid DESC, is_direct, place DESC) AS last_paid
    FROM path_steps
    WHERE conversions > 0 OR {{ markov_when }}
),

{% include "attribution/_rules.sql" %},

{# Paths that somebody has counted have no times. #}
{% if ages_when is defined %}
{% include "attribution/_time_decay.sql" %},

{% endif %}
-- Fixed-point shares sum exactly in any order, so that no result depends on the number of threads.
weights AS MATERIALIZED (
    SELECT
        every.*,
        CAST(
            every.weight / nullif(sum(every.weight) OVER (
                PARTITION BY every.model, every.path_id ORDER BY every.place
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ), 0) AS DECIMAL(25, 15)
        ) AS credit
    FROM (
        SELECT * FROM weighed
        {% if ages_when is defined %}
        UNION ALL
        SELECT * FROM decayed
        {% endif %}
    ) AS every
)
