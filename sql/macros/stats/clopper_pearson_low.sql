/*
doc = "Lower end of the exact interval for a proportion of Clopper and Pearson (1934) (DOUBLE): the chance at which k or more successes come up in half of 1 - level of all cases, by four Newton steps on its logarithm. Never too narrow, mostly too wide. Range: the smaller of k and n - k + 1 1000 at most, else an error; NULL where k is not 0 to n or level not between 0 and 1. Accuracy: 1e-10 relative."

[columns]
k     = "Number of successes."
n     = "Number of trials."
level = "Confidence level, such as 0.95."
*/
CREATE MACRO stats.clopper_pearson_low(k, n, level) AS
    {% set guess %}
    SELECT
        *,
        CASE WHEN least(_k, _n - _k + 1) > 1000 THEN error('stats.clopper_pearson_low: the smaller of k and n - k + 1 must be 1000 at most') END AS _refused,
        stats.wilson_low((_k - 0.5) / _n, _n, _z) AS _x
    FROM (
        SELECT *, -stats.normal_quantile(_beyond) AS _z
        FROM (
            SELECT
                CASE WHEN k > 0 AND k <= n THEN CAST(k AS DOUBLE) END AS _k,
                CAST(n AS DOUBLE) AS _n,
                CASE WHEN level > 0 AND level < 1 THEN (1 - CAST(level AS DOUBLE)) / 2 END AS _beyond
        ) AS _given
    ) AS _scored
    {% endset %}
    {% macro moved(points) %}
    SELECT
        _k,
        _n,
        _beyond,
        _refused,
        _x * exp(greatest(least((ln(_beyond) - ln(_power * _fraction / _k)) * (1 - _x) / (_k / _fraction), 0.5), -2)) AS _x
    FROM (
        SELECT *, stats.beta_power(_x, _y, _k, _m) AS _power, stats.beta_fraction(_x, _k, _m) AS _fraction
        FROM (
            SELECT *, 1 - _x AS _y, _n - _k + 1 AS _m
            FROM ({{ points }}) AS _points
        ) AS _sides
    ) AS _steps
    {% endmacro %}
    CASE
        WHEN k = 0 AND n > 0 AND level > 0 AND level < 1 THEN 0
        ELSE (
            SELECT coalesce(_refused, _x)
            FROM ({{ moved(moved(moved(moved(guess)))) }}) AS _moved
        )
    END
