/*
doc = "x to the power of a, times y to that of b, over the beta function of a and b, where y is 1 - x (DOUBLE): by Stirling's series where a or b is large, so that nothing cancels. A step of stats.beta_share. Range: a and b above 0, x and y too. Accuracy: 1e-13 relative to a and b of 1,000, 1e-12 to 1e8."

[columns]
x = "Share, 0 to 1."
y = "1 - x."
a = "First parameter."
b = "Second parameter."
*/
CREATE MACRO stats.beta_power(x, y, a, b) AS
    exp(
        CASE
            WHEN least(a, b) > 10
                THEN
                    a * stats.log1p((x * b - y * a) / a) + b * stats.log1p((y * a - x * b) / b)
                    + stats.stirling_rest(a + b) - stats.stirling_rest(a) - stats.stirling_rest(b)
                    + ln(1e0 * a / (a + b) * b / 6.283185307179586477e0) / 2
            WHEN b > 20
                THEN
                    a * ln(x * (a + b)) + b * CASE WHEN x < 0.5 THEN stats.log1p(-x) ELSE ln(y) END
                    + (b - 0.5) * stats.log1p(a / b) - a + stats.stirling_rest(a + b) - stats.stirling_rest(b) - lgamma(a)
            WHEN a > 20
                THEN
                    b * ln(y * (a + b)) + a * CASE WHEN y < 0.5 THEN stats.log1p(-y) ELSE ln(x) END
                    + (a - 0.5) * stats.log1p(b / a) - b + stats.stirling_rest(a + b) - stats.stirling_rest(a) - lgamma(b)
            ELSE a * ln(x) + b * ln(y) + lgamma(a + b) - lgamma(a) - lgamma(b)
        END
    )
