-- The steps that each score spans. Bins count from the smallest value up; few days since the last order are the best
-- score, so recency counts down.
bin_counts AS (
    SELECT measure, CASE WHEN $method = 'cuts' THEN cut_count + 1 ELSE $bins END AS bin_count
    FROM (
        VALUES
            ('recency', array_length($recency_cuts)),
            ('frequency', array_length($frequency_cuts)),
            ('monetary', array_length($monetary_cuts))
    ) AS cut_counts (measure, cut_count)
    WHERE EXISTS (SELECT 1 FROM customer_values)
),

cuts AS (
    SELECT 'recency' AS measure, unnest($recency_cuts) AS cut, 1 AS steps_per_unit
    WHERE $method = 'cuts'
    UNION ALL
    SELECT 'frequency' AS measure, unnest($frequency_cuts) AS cut, 1 AS steps_per_unit
    WHERE $method = 'cuts'
    UNION ALL
    SELECT 'monetary' AS measure, unnest($monetary_cuts) AS cut, money_steps.steps_per_unit
    FROM money_steps
    WHERE $method = 'cuts'
),

-- A cut written as 1.15 is stored a little below it: the millionth keeps 115 cents in the lower bin.
thresholds AS (
    SELECT
        measure,
        bin,
        low_step + CAST((high_step - low_step) * rest AS DOUBLE) / $bins AS threshold_steps,
        low_step + ((high_step - low_step) * rest + $bins - 1) // $bins AS highest_step
    FROM neighbours
    UNION ALL
    SELECT
        measure,
        row_number() OVER (PARTITION BY measure ORDER BY cut) AS bin,
        cut * steps_per_unit AS threshold_steps,
        CAST(floor(cut * steps_per_unit + 0.000001) AS BIGINT) AS highest_step
    FROM cuts
    UNION ALL
    SELECT measure, bin_count AS bin, NULL AS threshold_steps, NULL AS highest_step
    FROM bin_counts
),

-- fifth: the score as if there were five bins, its ends kept, because the segments are drawn on scores of 1 to 5.
score_bounds AS (
    SELECT
        thresholds.measure,
        scores.score,
        1 + ((scores.score - 1) * 8 + bin_counts.bin_count - 1) // greatest(2 * (bin_counts.bin_count - 1), 1) AS fifth,
        bin_counts.bin_count,
        thresholds.threshold_steps,
        lag(thresholds.highest_step) OVER (PARTITION BY thresholds.measure ORDER BY thresholds.bin) AS above_step,
        thresholds.highest_step
    FROM thresholds
    INNER JOIN bin_counts ON bin_counts.measure = thresholds.measure
    CROSS JOIN LATERAL (
        SELECT
            CASE thresholds.measure
                WHEN 'recency' THEN bin_counts.bin_count + 1 - thresholds.bin ELSE thresholds.bin
            END
    ) AS scores (score)
)
