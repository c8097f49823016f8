/*
doc = "The continued fraction of the incomplete beta function (DLMF 8.17.22), its first 128 levels (DOUBLE). A step of stats.beta_share. Range: x below (a + 1) / (a + b + 2), the smaller of a and b 1000 at most. Accuracy: 1e-10 relative, 1e-12 where both together are 10,000 at most."

[columns]
x = "Share, 0 to 1."
a = "First parameter."
b = "Second parameter."
*/
CREATE MACRO stats.beta_fraction(x, a, b) AS
    1e0 / stats.beta_levels(
        x, a, b, 0e0, stats.beta_levels(x, a, b, 16e0, stats.beta_levels(x, a, b, 32e0, stats.beta_levels(x, a, b, 48e0, 1e0)))
    )
