/*
[params]
method = { type = "choice", of = ["quantile", "ntile", "cuts"], default = "quantile", doc = "quantile: bins end at type-7 quantiles of the values; ntile: bins of as equal numbers of customers as ties allow; cuts: at fixed values." }
bins = { type = "int", min = 2, max = 10, default = 5, doc = "Number of scores, for quantile and ntile. Cuts make one more bin than there are cuts." }
recency_cuts = { type = "list[float]", min = 0, default = [30, 90, 180, 365], doc = "For cuts: the highest number of days in each bin but the last." }
frequency_cuts = { type = "list[float]", min = 0, default = [1, 2, 3, 5], doc = "For cuts: the highest number of orders in each bin but the last." }
monetary_cuts = { type = "list[float]", default = [50, 100, 250, 500], doc = "For cuts: the highest amount of money in each bin but the last." }
*/
-- The steps that each score spans. Bins count from the smallest value up; few days since the last order are the best
-- score, so recency counts down.
bin_counts AS (
    SELECT asked.moment, measure, CASE WHEN $method = 'cuts' THEN cut_count + 1 ELSE $bins END AS bin_count
    FROM (
        VALUES
            ('recency', array_length($recency_cuts)),
            ('frequency', array_length($frequency_cuts)),
            ('monetary', array_length($monetary_cuts))
    ) AS cut_counts (measure, cut_count)
    CROSS JOIN (SELECT DISTINCT moment FROM customer_values) AS asked
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
        moment,
        measure,
        bin,
        low_step + CAST((high_step - low_step) * rest AS DOUBLE) / $bins AS threshold_steps,
        low_step + ((high_step - low_step) * rest + $bins - 1) // $bins AS highest_step
    FROM neighbours
    UNION ALL
    SELECT
        asked.moment,
        cuts.measure,
        row_number() OVER (PARTITION BY asked.moment, cuts.measure ORDER BY cuts.cut) AS bin,
        cuts.cut * cuts.steps_per_unit AS threshold_steps,
        CAST(floor(cuts.cut * cuts.steps_per_unit + 0.000001) AS BIGINT) AS highest_step
    FROM cuts
    CROSS JOIN (SELECT DISTINCT moment FROM bin_counts) AS asked
    UNION ALL
    SELECT moment, measure, bin_count AS bin, NULL AS threshold_steps, NULL AS highest_step
    FROM bin_counts
),

-- fifth: the score as if there were five bins, its ends kept, because the segments are drawn on scores of 1 to 5.
score_bounds AS (
    SELECT
        thresholds.moment,
        thresholds.measure,
        scores.score,
        1 + ((scores.score - 1) * 8 + bin_counts.bin_count - 1) // greatest(2 * (bin_counts.bin_count - 1), 1) AS fifth,
        bin_counts.bin_count,
        thresholds.threshold_steps,
        lag(thresholds.highest_step) OVER (PARTITION BY thresholds.moment, thresholds.measure ORDER BY thresholds.bin) AS above_step,
        thresholds.highest_step,
        min(thresholds.moment) OVER () AS first_moment,
        max(thresholds.moment) OVER () AS last_moment
    FROM thresholds
    INNER JOIN bin_counts ON bin_counts.moment = thresholds.moment AND bin_counts.measure = thresholds.measure
    CROSS JOIN LATERAL (
        SELECT
            CASE thresholds.measure
                WHEN 'recency' THEN bin_counts.bin_count + 1 - thresholds.bin ELSE thresholds.bin
            END
    ) AS scores (score)
)
