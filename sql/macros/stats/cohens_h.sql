/*
doc = "Cohen's h, the effect size of two proportions (Cohen 1988): 0.2 small, 0.5 medium, 0.8 large (DOUBLE). Range: shares 0 to 1. Accuracy: 1e-15 absolute."

[columns]
share_1 = "Share of the first group."
share_2 = "Share of the second group."
*/
CREATE MACRO stats.cohens_h(share_1, share_2) AS
    2 * asin(sqrt(share_1)) - 2 * asin(sqrt(share_2))
