/*
doc = "The share of a beta distribution below x (DOUBLE): stats.beta_share. Range: a and b above 0, the smaller of them 1000 at most, else an error. Accuracy: 1e-11 absolute to an a + b of 10,000, 2e-9 to 1e8."

[columns]
x = "Share, 0 to 1."
a = "First parameter: successes, of a count of successes and failures."
b = "Second parameter: failures."
*/
CREATE MACRO stats.beta_cdf(x, a, b) AS
    stats.beta_share(x, 1 - x, a, b)
