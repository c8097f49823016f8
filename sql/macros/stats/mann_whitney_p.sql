/*
doc = "Two-sided p-value of the test of Mann and Whitney, from sums of ranks (DOUBLE): stats.mann_whitney_z by the normal distribution. Range: groups of 8 or more; NULL where all values are the same. Accuracy: of the approximation itself 1e-13 relative."

[columns]
rank_sum_1 = "Sum of the ranks of the first group among all, ties at the mean of their ranks."
people_1   = "Size of the first group."
people_2   = "Size of the second group."
ties       = "Sum over the values that occur t times, of t^3 - t; 0 without ties."
*/
CREATE MACRO stats.mann_whitney_p(rank_sum_1, people_1, people_2, ties) AS
    (
        SELECT stats.normal_p(_ranks_z)
        FROM (SELECT stats.mann_whitney_z(rank_sum_1, people_1, people_2, ties) AS _ranks_z) AS _scored
    )
