/*
doc = "Cohen's d, the effect size of two means (Cohen 1988): their difference in pooled standard deviations; 0.2 small, 0.5 medium, 0.8 large (DOUBLE). Range: three or more in both groups together; NULL where nothing varies. Accuracy: 1e-15 relative to its parts."

[columns]
people_1   = "Size of the first group."
mean_1     = "Its mean."
variance_1 = "Its sample variance."
people_2   = "Size of the second group."
mean_2     = "Its mean."
variance_2 = "Its sample variance."
*/
CREATE MACRO stats.cohens_d(people_1, mean_1, variance_1, people_2, mean_2, variance_2) AS
    (mean_1 - mean_2) / nullif(
        sqrt(
            ((people_1 - 1) * CAST(variance_1 AS DOUBLE) + (people_2 - 1) * CAST(variance_2 AS DOUBLE))
            / nullif(people_1 + people_2 - 2, 0)
        ),
        0
    )
