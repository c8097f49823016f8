/*
doc = "Upper end of the exact interval for a proportion of Clopper and Pearson (1934) (DOUBLE): 1 less stats.clopper_pearson_low of the failures. Range: the smaller of k + 1 and n - k 1000 at most, else an error; NULL where k is not 0 to n or level not between 0 and 1. Accuracy: 1e-10 absolute."

[columns]
k     = "Number of successes."
n     = "Number of trials."
level = "Confidence level, such as 0.95."
*/
CREATE MACRO stats.clopper_pearson_high(k, n, level) AS
    1 - stats.clopper_pearson_low(n - k, n, level)
