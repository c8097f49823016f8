/*
doc = "Thirty-two levels of the continued fraction of the incomplete beta function (DLMF 8.17.22), the denominators of two coefficients each (DOUBLE). A step of stats.beta_fraction and stats.student_t_share. It is a macro of its own because DuckDB takes the square of its depth to write an expression into a file. Range: as of stats.beta_fraction. Accuracy: rounding only."

[columns]
x     = "Share, 0 to 1."
a     = "First parameter."
b     = "Second parameter."
level = "Pairs of levels that stand above, 0 at the top."
rest  = "What the last level is divided by: the next levels, or 1 below the last."
*/
CREATE MACRO stats.beta_levels(x, a, b, level, rest) AS
    {% for m in range(1, 17) %}
    (1 - (a + (level + {{ m - 1 }}e0)) * (a + b + (level + {{ m - 1 }}e0)) * x / ((a + (2 * level + {{ 2 * m - 2 }}e0)) * (a + (2 * level + {{ 2 * m - 1 }}e0)))
    / (1 + (level + {{ m }}e0) * (b - (level + {{ m }}e0)) * x / ((a + (2 * level + {{ 2 * m - 1 }}e0)) * (a + (2 * level + {{ 2 * m }}e0)))
    /
    {% endfor %}
    rest
    {{ "))" * 16 }}
