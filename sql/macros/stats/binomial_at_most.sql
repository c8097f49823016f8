/*
doc = "Chance of k or fewer successes in n trials (DOUBLE): stats.beta_share. Range: the smaller of k + 1 and n - k 1000 at most, else an error; share 0 to 1, else NULL. Accuracy: 1e-11 absolute to an n of 10,000, 2e-9 to 1e8."

[columns]
k     = "Number of successes."
n     = "Number of trials."
share = "Chance of a success in each."
*/
CREATE MACRO stats.binomial_at_most(k, n, share) AS
    CASE
        WHEN (share >= 0 AND share <= 1) IS NOT TRUE THEN NULL
        WHEN k < 0 THEN 0
        WHEN k >= n THEN 1
        ELSE stats.beta_share(1 - share, share, CASE WHEN k >= 0 AND k < n THEN n - k END, k + 1)
    END
