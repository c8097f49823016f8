/*
doc = "The share of Student's t distribution below t (DOUBLE): stats.student_t_sf of -t. Range: degrees above 0, else NULL. Accuracy: 1e-12 absolute, 2e-9 relative in the lower tail."

[columns]
t       = "The statistic, of either sign."
degrees = "Degrees of freedom, above 0; they need not be whole."
*/
CREATE MACRO stats.student_t_cdf(t, degrees) AS
    CASE WHEN t > 0 THEN 1 ELSE 0 END + CASE WHEN t > 0 THEN -0.5e0 ELSE 0.5e0 END * stats.student_t_p(t, degrees)
