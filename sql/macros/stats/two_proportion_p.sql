/*
doc = "Two-sided p-value of the test that two proportions are the same (DOUBLE): stats.two_proportion_z by the normal distribution, an approximation of the test that wants five expected successes and failures in each group. Range: as there. Accuracy: of the approximation itself 1e-13 relative."

[columns]
successes_1 = "Successes in the first group."
people_1    = "Its size."
successes_2 = "Successes in the second group."
people_2    = "Its size."
*/
CREATE MACRO stats.two_proportion_p(successes_1, people_1, successes_2, people_2) AS
    (
        SELECT stats.normal_p(_pooled_z)
        FROM (SELECT stats.two_proportion_z(successes_1, people_1, successes_2, people_2) AS _pooled_z) AS _scored
    )
