-- What each model credits each node with: path by path, but for markov, which shares out the whole.
{% include "attribution/_weights.sql" %},

credits AS (
    SELECT
        weights.model,
        path_steps.node,
        sum(weights.credit * path_steps.conversions) AS conversions,
        sum(weights.credit * path_steps.revenue) AS revenue
    FROM weights
    INNER JOIN path_steps ON path_steps.path_id = weights.path_id AND path_steps.place = weights.place
    WHERE weights.model <> 'markov'
    GROUP BY weights.model, path_steps.node
),

attributed AS (
    SELECT sum(conversions) AS conversions, sum(revenue) AS revenue
    FROM paths
    WHERE {{ markov_when }}
),

credited AS MATERIALIZED (
    SELECT credits.model, credits.node, CAST(credits.conversions AS DOUBLE) AS conversions, CAST(credits.revenue AS DOUBLE) AS revenue
    FROM credits
    UNION ALL
    SELECT
        'markov' AS model,
        removal_effects.node,
        removal_effects.effect / nullif(sum(removal_effects.effect) OVER (), 0) * attributed.conversions,
        removal_effects.revenue_effect / nullif(sum(removal_effects.revenue_effect) OVER (), 0) * CAST(attributed.revenue AS DOUBLE)
    FROM removal_effects
    CROSS JOIN attributed
)
