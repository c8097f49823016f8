/*
doc = "Score of the test that two proportions are the same, the first less the second, with the pooled variance (DOUBLE). Range: people above 0, successes 0 to as many, else NULL; NULL where nobody or everybody succeeded in both groups, for then nothing is to be told. Accuracy: 1e-14 relative."

[columns]
successes_1 = "Successes in the first group."
people_1    = "Its size."
successes_2 = "Successes in the second group."
people_2    = "Its size."
*/
CREATE MACRO stats.two_proportion_z(successes_1, people_1, successes_2, people_2) AS
    CASE
        WHEN successes_1 >= 0 AND successes_1 <= people_1 AND successes_2 >= 0 AND successes_2 <= people_2
            THEN
                (CAST(successes_1 AS DOUBLE) / nullif(people_1, 0) - CAST(successes_2 AS DOUBLE) / nullif(people_2, 0))
                / nullif(
                    sqrt(
                        (CAST(successes_1 AS DOUBLE) + successes_2) / nullif(CAST(people_1 AS DOUBLE) + people_2, 0)
                        * ((CAST(people_1 AS DOUBLE) - successes_1 + people_2 - successes_2) / nullif(CAST(people_1 AS DOUBLE) + people_2, 0))
                        * (1e0 / nullif(people_1, 0) + 1e0 / nullif(people_2, 0))
                    ),
                    0
                )
    END
