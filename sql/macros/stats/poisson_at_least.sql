/*
doc = "Chance that a Poisson count is k or more (DOUBLE): stats.gamma_tail. Range: k any whole number, mean of 0 or more, else NULL. Accuracy: 1e-12 absolute; relative in the tails 1e-11 for k to 1,000, 1e-8 to 1e8."

[columns]
k    = "The count."
mean = "The mean of the distribution."
*/
CREATE MACRO stats.poisson_at_least(k, mean) AS
    CASE
        WHEN (mean >= 0) IS NOT TRUE THEN NULL
        WHEN k <= 0 THEN 1
        ELSE stats.gamma_tail(mean, CASE WHEN k > 0 THEN k END, false)
    END
