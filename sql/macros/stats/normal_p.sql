/*
doc = "Two-sided p-value of a standard score (DOUBLE): twice stats.normal_tail. Range: any z. Accuracy: 2e-16 absolute, 1e-13 relative to z = 37."

[columns]
z = "A standard score, of either sign."
*/
CREATE MACRO stats.normal_p(z) AS
    2 * stats.normal_tail(abs(z))
