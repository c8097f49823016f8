/*
doc = "Two-sided p-value of a t statistic (DOUBLE): stats.student_t_share to 2,500 degrees of freedom, above Hill's normal score (1970). Range: degrees above 0, infinitely many for the normal distribution, else NULL. Accuracy: 1e-12 absolute; relative in the tails 2e-11, above 2,500 degrees 2e-9."

[columns]
t       = "The statistic, of either sign."
degrees = "Degrees of freedom, above 0; they need not be whole."
*/
CREATE MACRO stats.student_t_p(t, degrees) AS
    (
        SELECT
            CASE
                WHEN (_degrees > 0) IS NOT TRUE OR _t IS NULL OR isnan(_t) THEN NULL
                WHEN isinf(_t) THEN 0
                WHEN _degrees > 2500 THEN 2 * stats.normal_tail(_hill)
                WHEN _t = 0 THEN 1
                ELSE
                    CASE WHEN _is_turned THEN 1 ELSE 0 END
                    + CASE WHEN _is_turned THEN -1 ELSE 1 END * stats.student_t_share(_log, _far, _degrees, _first, _second, _at)
            END
        FROM (
            SELECT
                *,
                CASE WHEN _degrees > 2500 THEN stats.hill_z((_degrees - 0.5) * _log, _degrees) END AS _hill,
                CASE WHEN _is_turned THEN 0.5 ELSE _degrees / 2 END AS _first,
                CASE WHEN _is_turned THEN _degrees / 2 ELSE 0.5 END AS _second,
                CASE WHEN _is_turned THEN _far ELSE _degrees / (_degrees + _t * _t) END AS _at
            FROM (
                SELECT
                    *,
                    -- Their squares would be more than a number holds.
                    CASE WHEN abs(_t) > 1e150 THEN 1 ELSE _t * _t / (_degrees + _t * _t) END AS _far,
                    CASE WHEN abs(_t) > 1e150 THEN 2 * ln(abs(_t)) - ln(_degrees) ELSE stats.log1p(_t * _t / _degrees) END AS _log,
                    _degrees / (_degrees + _t * _t) >= (_degrees / 2 + 1) / (_degrees / 2 + 2.5) AS _is_turned
                FROM (
                    SELECT
                        CAST(t AS DOUBLE) AS _t,
                        -- Beyond that it is the normal distribution.
                        CASE
                            WHEN isnan(CAST(degrees AS DOUBLE)) OR degrees <= 0 THEN NULL
                            WHEN degrees > 1e14 THEN 1e14
                            ELSE CAST(degrees AS DOUBLE)
                        END AS _degrees
                ) AS _given
            ) AS _squares
        ) AS _sides
    )
