/*
doc = "Two-sided p-value of Welch's test that two means are the same (DOUBLE): stats.student_t_p of stats.welch_t. Range: two or more in each group, variances of 0 or more, else NULL; NULL where nothing varies. Accuracy: 1e-12 absolute."

[columns]
people_1   = "Size of the first group."
mean_1     = "Its mean."
variance_1 = "Its sample variance."
people_2   = "Size of the second group."
mean_2     = "Its mean."
variance_2 = "Its sample variance."
*/
CREATE MACRO stats.welch_p(people_1, mean_1, variance_1, people_2, mean_2, variance_2) AS
    stats.student_t_p(
        stats.welch_t(people_1, mean_1, variance_1, people_2, mean_2, variance_2),
        stats.welch_degrees(people_1, variance_1, people_2, variance_2)
    )
