-- Ranks, from 0, around the end of each bin. ntile: its last row, so that rows that tie with it stay in the bin.
-- quantile: the two rows around (n - 1) * bin / bins, of which the later weighs rest / bins (type 7).
ends AS (
    SELECT
        ordinals.bin,
        CASE
            WHEN $method = 'ntile' THEN ordinals.bin * (sizes.n // $bins) + least(ordinals.bin, sizes.n % $bins) - 1
            ELSE ((sizes.n - 1) * ordinals.bin) // $bins
        END AS low_rank,
        CASE WHEN $method = 'ntile' THEN 0 ELSE ((sizes.n - 1) * ordinals.bin) % $bins END AS rest
    FROM (SELECT count(*) AS n FROM valued) AS sizes
    INNER JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS ordinals (bin) ON ordinals.bin < $bins
    WHERE $method <> 'cuts' AND sizes.n > 0
),

tallied AS (
    SELECT measure, steps, count(*) AS customers
    FROM measured
    GROUP BY measure, steps
),

ranked AS (
    SELECT
        measure,
        steps,
        sum(customers) OVER (
            PARTITION BY measure ORDER BY steps ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - 1 AS last_rank,
        lead(steps) OVER (PARTITION BY measure ORDER BY steps) AS next_steps,
        customers
    FROM tallied
),

neighbours AS (
    SELECT
        ranked.measure,
        ends.bin,
        ends.rest,
        ranked.steps AS low_step,
        CASE
            WHEN ends.rest > 0 AND ends.low_rank = ranked.last_rank THEN ranked.next_steps ELSE ranked.steps
        END AS high_step
    FROM ranked
    INNER JOIN ends ON ends.low_rank BETWEEN ranked.last_rank - ranked.customers + 1 AND ranked.last_rank
)
