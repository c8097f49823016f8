/*
doc = "The regularised incomplete beta function of x, where y is 1 - x (DOUBLE): who has both exactly loses nothing near 0 and 1. stats.beta_power and stats.beta_fraction, on the side where it converges. Range: a and b above 0, the smaller of them 1000 at most, else an error. Accuracy: 1e-11 absolute to an a + b of 10,000, 2e-9 to 1e8."

[columns]
x = "Share, 0 to 1."
y = "1 - x."
a = "First parameter."
b = "Second parameter."
*/
CREATE MACRO stats.beta_share(x, y, a, b) AS
    (
        SELECT
            CASE
                WHEN _x IS NULL OR _y IS NULL OR _a IS NULL OR _b IS NULL THEN NULL
                WHEN NOT (_a > 0 AND _b > 0) THEN error('stats.beta_share: a and b must be above 0')
                WHEN _x <= 0 THEN 0
                WHEN _y <= 0 THEN 1
                WHEN least(_a, _b) > 1000 THEN error('stats.beta_share: the smaller of a and b must be 1000 at most')
                ELSE
                    CASE WHEN _is_turned THEN 1 ELSE 0 END
                    + CASE WHEN _is_turned THEN -_power ELSE _power END / _first * stats.beta_fraction(_at, _first, _second)
            END
        FROM (
            SELECT
                *,
                CASE WHEN _x > 0 AND _y > 0 THEN stats.beta_power(_x, _y, _a, _b) END AS _power,
                CASE WHEN _is_turned THEN _b ELSE _a END AS _first,
                CASE WHEN _is_turned THEN _a ELSE _b END AS _second,
                CASE WHEN _is_turned THEN _y ELSE _x END AS _at
            FROM (
                SELECT *, _x >= (_a + 1) / (_a + _b + 2) AS _is_turned
                FROM (
                    SELECT CAST(x AS DOUBLE) AS _x, CAST(y AS DOUBLE) AS _y, CAST(a AS DOUBLE) AS _a, CAST(b AS DOUBLE) AS _b
                ) AS _given
            ) AS _sides
        ) AS _steps
    )
