/*
doc = "A ratio as DOUBLE, NULL when the denominator is zero or NULL. Give it sums: a ratio of sums, never a mean of ratios."

[columns]
numerator   = "What is divided, any number."
denominator = "What it is divided by, any number."
*/
CREATE MACRO main.ratio(numerator, denominator) AS
    CAST(numerator AS DOUBLE) / nullif(CAST(denominator AS DOUBLE), 0)
