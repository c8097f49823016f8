/*
doc = "The share of a chi-square distribution above x, the p-value of a chi-square test (DOUBLE): stats.gamma_tail of the halves. Range: x of 0 or more, degrees above 0, else NULL. Accuracy: 1e-12 absolute; relative in the tails 1e-11 to 2,000 degrees, 1e-8 to 1e8."

[columns]
x       = "The statistic."
degrees = "Degrees of freedom."
*/
CREATE MACRO stats.chi_square_sf(x, degrees) AS
    stats.gamma_tail(x / 2e0, degrees / 2e0, true)
