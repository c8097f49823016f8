/*
doc = "Welch's t statistic of two means, the first less the second, without equal variances (Welch 1947) (DOUBLE). Range: two or more in each group, variances of 0 or more, else NULL; NULL where nothing varies. Accuracy: 1e-15 relative to its parts."

[columns]
people_1   = "Size of the first group."
mean_1     = "Its mean."
variance_1 = "Its sample variance."
people_2   = "Size of the second group."
mean_2     = "Its mean."
variance_2 = "Its sample variance."
*/
CREATE MACRO stats.welch_t(people_1, mean_1, variance_1, people_2, mean_2, variance_2) AS
    CASE
        WHEN people_1 >= 2 AND people_2 >= 2 AND variance_1 >= 0 AND variance_2 >= 0
            THEN
                (mean_1 - mean_2) / nullif(sqrt(CAST(variance_1 AS DOUBLE) / nullif(people_1, 0) + CAST(variance_2 AS DOUBLE) / nullif(people_2, 0)), 0)
    END
