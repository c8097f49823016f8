/*
doc = "Chance of k or more successes in n trials (DOUBLE): stats.beta_share. Range: the smaller of k and n - k + 1 1000 at most, else an error; share 0 to 1, else NULL. Accuracy: 1e-11 absolute to an n of 10,000, 2e-9 to 1e8."

[columns]
k     = "Number of successes."
n     = "Number of trials."
share = "Chance of a success in each."
*/
CREATE MACRO stats.binomial_at_least(k, n, share) AS
    CASE
        WHEN (share >= 0 AND share <= 1) IS NOT TRUE THEN NULL
        WHEN k <= 0 THEN 1
        WHEN k > n THEN 0
        ELSE stats.beta_share(share, 1 - share, CASE WHEN k > 0 AND k <= n THEN k END, n - k + 1)
    END
