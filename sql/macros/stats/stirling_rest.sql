/*
doc = "What Stirling's formula (x - 1/2) ln x - x + ln(2 pi) / 2 lacks of ln gamma(x) (DOUBLE), by five terms of its series (Abramowitz and Stegun 6.1.41). A step of stats.beta_share and stats.gamma_tail. Range: x of 10 or more. Accuracy: 1e-15 absolute."

[columns]
x = "The argument."
*/
CREATE MACRO stats.stirling_rest(x) AS
    (
        0.0833333333333333333e0
        - (0.00277777777777777778e0 - (7.93650793650793651e-4 - (5.95238095238095238e-4 - 8.41750841750841751e-4 / (x * x)) / (x * x)) / (x * x)) / (x * x)
    ) / x
