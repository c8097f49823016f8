/*
doc = "Score of the test of Mann and Whitney (1947), or of Wilcoxon's rank sums, that values of two groups are as high, with the correction for ties and for continuity (DOUBLE): positive where the first group is higher. Range: groups of 8 or more for the normal distribution to fit; NULL where all values are the same. Accuracy: 1e-14 relative."

[columns]
rank_sum_1 = "Sum of the ranks of the first group among all, ties at the mean of their ranks."
people_1   = "Size of the first group."
people_2   = "Size of the second group."
ties       = "Sum over the values that occur t times, of t^3 - t; 0 without ties."
*/
CREATE MACRO stats.mann_whitney_z(rank_sum_1, people_1, people_2, ties) AS
    (
        SELECT
            sign(_u_off) * greatest(abs(_u_off) - 0.5, 0)
            / nullif(sqrt(_n_1 * _n_2 / 12 * (_n_1 + _n_2 + 1 - _tied / nullif((_n_1 + _n_2) * (_n_1 + _n_2 - 1), 0))), 0)
        FROM (
            SELECT
                CAST(rank_sum_1 AS DOUBLE) - CAST(people_1 AS DOUBLE) * (CAST(people_1 AS DOUBLE) + people_2 + 1) / 2 AS _u_off,
                CAST(people_1 AS DOUBLE) AS _n_1,
                CAST(people_2 AS DOUBLE) AS _n_2,
                CAST(ties AS DOUBLE) AS _tied
        ) AS _ranked
    )
