-- Shapley values of the game whose coalitions are worth the rate at which paths of just these channels end in an order.
coalitions AS MATERIALIZED (
    SELECT
        list_sort(list_distinct(nodes)) AS members,
        sum(conversions) AS conversions,
        sum(non_conversions) AS non_conversions,
        sum(revenue) AS revenue,
        CAST(sum(conversions) AS DOUBLE) / sum(conversions + non_conversions) AS rate
    FROM paths
    WHERE {{ shapley_rate_when }}
    GROUP BY 1
    HAVING sum(conversions) > 0
),

-- Coalitions that never ordered are worth nothing, so only pairs of those that did add to a value.
pairs AS (
    SELECT whole.*, array_length(whole.members) AS size, part.members AS part, array_length(part.members) AS part_size, part.rate AS worth
    FROM coalitions AS whole
    INNER JOIN coalitions AS part ON list_has_all(whole.members, part.members)
),

-- Fixed-point terms add up to the same in any order.
shapley_values AS (
    SELECT
        members,
        node,
        -- Versions of DuckDB differ in the last digits of a cast.
        round(CAST(sum(CAST(
            worth * CASE
                WHEN list_contains(part, node)
                    THEN exp(lgamma(part_size) + lgamma(size - part_size + 1) - lgamma(size + 1))
                ELSE -exp(lgamma(part_size + 1) + lgamma(size - part_size) - lgamma(size + 1))
            END AS DECIMAL(28, 20)
        )) AS DOUBLE) / min(rate), 12) AS share,
        min(size) AS size,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue,
        min(rate) AS rate
    FROM (SELECT pairs.*, unnest(members) AS node FROM pairs)
    GROUP BY members, node
)
