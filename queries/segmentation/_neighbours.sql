-- Ranks, from 0, around the end of each bin. ntile: its last row, so that rows that tie with it stay in the bin.
-- quantile: the two rows around (n - 1) * bin / bins, of which the later weighs rest / bins (type 7).
bin_ends AS (
    SELECT
        customer_count.moment,
        ordinals.bin,
        CASE
            WHEN $method = 'ntile'
                THEN ordinals.bin * (customer_count.n // $bins) + least(ordinals.bin, customer_count.n % $bins) - 1
            ELSE ((customer_count.n - 1) * ordinals.bin) // $bins
        END AS low_rank,
        CASE WHEN $method = 'ntile' THEN 0 ELSE ((customer_count.n - 1) * ordinals.bin) % $bins END AS rest
    FROM (SELECT moment, count(*) AS n FROM customer_values GROUP BY moment) AS customer_count
    INNER JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS ordinals (bin) ON ordinals.bin < $bins
    WHERE $method <> 'cuts'
),

step_sizes AS (
    SELECT moment, measure, steps, count(*) AS customers
    FROM customer_measures
    GROUP BY moment, measure, steps
),

ranked_steps AS (
    SELECT
        moment,
        measure,
        steps,
        sum(customers) OVER (
            PARTITION BY moment, measure ORDER BY steps ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - 1 AS last_rank,
        lead(steps) OVER (PARTITION BY moment, measure ORDER BY steps) AS next_steps,
        customers
    FROM step_sizes
),

neighbours AS (
    SELECT
        ranked_steps.moment,
        ranked_steps.measure,
        bin_ends.bin,
        bin_ends.rest,
        ranked_steps.steps AS low_step,
        CASE
            WHEN bin_ends.rest > 0 AND bin_ends.low_rank = ranked_steps.last_rank THEN ranked_steps.next_steps
            ELSE ranked_steps.steps
        END AS high_step
    FROM ranked_steps
    INNER JOIN bin_ends
        ON bin_ends.moment = ranked_steps.moment
        AND bin_ends.low_rank BETWEEN ranked_steps.last_rank - ranked_steps.customers + 1 AND ranked_steps.last_rank
)
