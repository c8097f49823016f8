-- Shapley values of the game whose coalitions are worth the rate at which paths of just these channels end in an order.
path_sets AS (
    SELECT
        path_id,
        bit_or(
            CASE
                WHEN bit <= 61 THEN CAST(1 AS BIGINT) << CAST(bit AS BIGINT)
                ELSE error('shapley by rate compares sets of at most 62 channels or campaigns')
            END
        ) AS members,
        count(DISTINCT node) AS size,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue
    FROM path_steps
    WHERE {{ shapley_rate_when }}
    GROUP BY path_id
),

coalitions AS MATERIALIZED (
    SELECT
        members,
        size,
        sum(conversions) AS conversions,
        sum(non_conversions) AS non_conversions,
        sum(revenue) AS revenue,
        CAST(sum(conversions) AS DOUBLE) / sum(conversions + non_conversions) AS rate
    FROM path_sets
    GROUP BY members, size
    HAVING sum(conversions) > 0
),

-- Coalitions that never ordered are worth nothing, so only pairs of those that did add to a value.
pairs AS (
    SELECT coalitions.*, unnest(list({'members': members, 'size': size, 'rate': rate}) OVER ()) AS part
    FROM coalitions
),

shapley_values AS (
    SELECT
        whole.members,
        bits.bit,
        sum(
            whole.part.rate * CASE
                WHEN whole.part.members & (CAST(1 AS BIGINT) << CAST(bits.bit AS BIGINT)) <> 0
                    THEN exp(lgamma(whole.part.size) + lgamma(whole.size - whole.part.size + 1) - lgamma(whole.size + 1))
                ELSE -exp(lgamma(whole.part.size + 1) + lgamma(whole.size - whole.part.size) - lgamma(whole.size + 1))
            END
        ) / min(whole.rate) AS share,
        min(whole.size) AS size,
        min(whole.conversions) AS conversions,
        min(whole.non_conversions) AS non_conversions,
        min(whole.revenue) AS revenue,
        min(whole.rate) AS rate
    FROM pairs AS whole
    INNER JOIN (SELECT unnest(range(0, 62)) AS bit) AS bits
        ON whole.members & (CAST(1 AS BIGINT) << CAST(bits.bit AS BIGINT)) <> 0
    WHERE whole.part.members & whole.members = whole.part.members
    GROUP BY whole.members, bits.bit
)
