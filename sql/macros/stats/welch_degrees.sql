/*
doc = "Degrees of freedom of Welch's t statistic, by Satterthwaite's formula (1946) (DOUBLE). Range: two or more in each group, variances of 0 or more, else NULL; NULL where nothing varies. Accuracy: 1e-15 relative."

[columns]
people_1   = "Size of the first group."
variance_1 = "Its sample variance."
people_2   = "Size of the second group."
variance_2 = "Its sample variance."
*/
CREATE MACRO stats.welch_degrees(people_1, variance_1, people_2, variance_2) AS
    CASE
        WHEN people_1 >= 2 AND people_2 >= 2 AND variance_1 >= 0 AND variance_2 >= 0
            THEN
                power(CAST(variance_1 AS DOUBLE) / nullif(people_1, 0) + CAST(variance_2 AS DOUBLE) / nullif(people_2, 0), 2)
                / nullif(
                    power(CAST(variance_1 AS DOUBLE) / nullif(people_1, 0), 2) / nullif(people_1 - 1, 0)
                    + power(CAST(variance_2 AS DOUBLE) / nullif(people_2, 0), 2) / nullif(people_2 - 1, 0),
                    0
                )
    END
