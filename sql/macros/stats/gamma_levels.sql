/*
doc = "Fifteen levels of the continued fraction of the upper incomplete gamma function (DLMF 8.9.2), the denominators (DOUBLE). A step of stats.gamma_tail, apart for the reason of stats.beta_levels. Range: as of stats.gamma_tail. Accuracy: rounding only."

[columns]
x     = "The point."
shape = "Shape of the distribution."
level = "Levels that stand above, 0 at the top."
rest  = "What the last level is divided by: the next levels, or x + 121 - shape below the last of sixty."
*/
CREATE MACRO stats.gamma_levels(x, shape, level, rest) AS
    {% for m in range(1, 16) %}
    (x + (2 * level + {{ 2 * m - 1 }}e0) - shape - (level + {{ m }}e0) * ((level + {{ m }}e0) - shape) /
    {% endfor %}
    rest
    {{ ")" * 15 }}
