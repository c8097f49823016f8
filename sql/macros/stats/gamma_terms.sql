/*
doc = "Fifteen terms of the series of the lower incomplete gamma function (DLMF 8.11.4), as nested products (DOUBLE). A step of stats.gamma_tail, apart for the reason of stats.beta_levels. Range: as of stats.gamma_tail. Accuracy: rounding only."

[columns]
x     = "The point."
shape = "Shape of the distribution."
level = "Terms that stand above, 0 at the top."
rest  = "What the last term is multiplied by: the next terms, or 1 below the last."
*/
CREATE MACRO stats.gamma_terms(x, shape, level, rest) AS
    {% for m in range(1, 16) %}
    (1 + x / (shape + (level + {{ m }}e0)) *
    {% endfor %}
    rest
    {{ ")" * 15 }}
