-- Shapley values of the game whose coalitions are worth the rate at which paths of just these channels end in an order.
numbered AS MATERIALIZED (
    SELECT node, row_number() OVER (ORDER BY node) - 1 AS bit
    FROM nodes
    WHERE {{ shapley_rate_when }}
),

path_sets AS MATERIALIZED (
    SELECT
        path_steps.path,
        bit_or(
            CASE
                WHEN numbered.bit <= 61 THEN CAST(1 AS BIGINT) << CAST(numbered.bit AS BIGINT)
                ELSE error('shapley by rate compares sets of at most 62 channels or campaigns')
            END
        ) AS members,
        count(DISTINCT path_steps.node) AS size
    FROM path_steps
    INNER JOIN numbered ON numbered.node = path_steps.node
    GROUP BY path_steps.path
),

coalitions AS MATERIALIZED (
    SELECT
        path_sets.members,
        path_sets.size,
        sum(paths.conversions) AS conversions,
        sum(paths.non_conversions) AS non_conversions,
        sum(paths.revenue) AS revenue,
        CAST(sum(paths.conversions) AS DOUBLE) / sum(paths.conversions + paths.non_conversions) AS rate
    FROM paths
    INNER JOIN path_sets ON path_sets.path = paths.path
    GROUP BY path_sets.members, path_sets.size
    HAVING sum(paths.conversions) > 0
),

-- Coalitions that never ordered are worth nothing, so only pairs of those that did add to a value.
shapley_values AS MATERIALIZED (
    SELECT
        whole.members,
        numbered.node,
        sum(
            part.rate * CASE
                WHEN part.members & (CAST(1 AS BIGINT) << CAST(numbered.bit AS BIGINT)) <> 0
                    THEN exp(lgamma(part.size) + lgamma(whole.size - part.size + 1) - lgamma(whole.size + 1))
                ELSE -exp(lgamma(part.size + 1) + lgamma(whole.size - part.size) - lgamma(whole.size + 1))
            END
        ) AS value
    FROM coalitions AS whole
    INNER JOIN coalitions AS part ON part.members & whole.members = part.members
    INNER JOIN numbered ON whole.members & (CAST(1 AS BIGINT) << CAST(numbered.bit AS BIGINT)) <> 0
    GROUP BY whole.members, numbered.node
),

shapley_weights AS (
    SELECT path_sets.path, shapley_values.node, shapley_values.value AS weight
    FROM path_sets
    INNER JOIN shapley_values ON shapley_values.members = path_sets.members
)
