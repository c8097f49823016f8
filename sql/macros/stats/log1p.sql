/*
doc = "ln(1 + x) without loss where x is small (DOUBLE): 2 atanh(x / (2 + x)). Range: x above -1; minus infinity at -1, NULL below. Accuracy: 4e-16 relative."

[columns]
x = "What is added to 1."
*/
CREATE MACRO stats.log1p(x) AS
    CASE
        WHEN abs(x) < 0.5 THEN 2 * atanh(x / (2 + x))
        WHEN x > -1 THEN ln(1 + x)
        WHEN x = -1 THEN CAST('-inf' AS DOUBLE)
    END
