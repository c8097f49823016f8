/*
doc = "The smaller part of the two-sided share of Student's t distribution, by the continued fraction of the incomplete beta function (DLMF 8.17.22) to 64 levels (DOUBLE). A step of stats.student_t_p. Range: 10,000 degrees of freedom at most, at below (first + 1) / (first + second + 2). Accuracy: 1e-12 absolute, 1e-11 relative."

[columns]
log     = "ln(1 + t^2 / degrees)."
far     = "t^2 / (degrees + t^2)."
degrees = "Degrees of freedom."
first   = "degrees / 2, or 1/2 where the share around 0 is asked for."
second  = "1/2, or degrees / 2 there."
x       = "degrees / (degrees + t^2), or 1 less that there."
*/
CREATE MACRO stats.student_t_share(log, far, degrees, first, second, x) AS
    -- gamma((degrees + 1) / 2) / gamma(degrees / 2), whose logarithms would cancel where degrees are many.
    CASE
        WHEN degrees > 40
            THEN
                sqrt(degrees / 2)
                * (1 - (0.25 - (0.03125 + (0.0390625 - (0.01025390625 + (0.0487060546875 - 0.0132598876953125 / degrees) / degrees) / degrees)
                    / degrees) / degrees) / degrees)
        ELSE exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2))
    END
    * exp(-degrees / 2 * log) * sqrt(far) / 1.772453850905516027e0 / first
    / stats.beta_levels(x, first, second, 0e0, stats.beta_levels(x, first, second, 16e0, 1e0))
