/*
doc = "The normal score that is as far out as a t statistic (DOUBLE): Hill's transformation (1970, algorithm 395). A step of stats.student_t_p. Range: 2,500 degrees of freedom or more. Accuracy: 1e-15 absolute in the share beyond it, 1e-9 relative in the tails."

[columns]
y       = "(degrees - 1/2) ln(1 + t^2 / degrees)."
degrees = "Degrees of freedom."
*/
CREATE MACRO stats.hill_z(y, degrees) AS
    sqrt(y)
    * (
        1 + (
            (((-0.4e0 * y - 3.3e0) * y - 24e0) * y - 85.5e0) / (0.8e0 * y * y + 100 + 48 * (degrees - 0.5) * (degrees - 0.5)) + y + 3
        ) / (48 * (degrees - 0.5) * (degrees - 0.5))
    )
