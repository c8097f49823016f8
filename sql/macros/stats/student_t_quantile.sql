/*
doc = "The point below which the share p of Student's t distribution lies (DOUBLE), by which a standard error makes an interval: Hill's approximation (1970, algorithm 396; below three degrees with the exact weight of the tail; exact for one and two), then one step of Taylor's series to the fourth order by stats.student_t_share. Range: p above 0 and below 1, degrees of 1 or more, infinitely many for the normal distribution, else NULL. Accuracy: 1e-11 relative for p from 1e-12 to 1 - 1e-9; between one, two and three degrees 1e-8."

[columns]
p       = "Share, 0 to 1."
degrees = "Degrees of freedom, 1 or more; they need not be whole."
*/
CREATE MACRO stats.student_t_quantile(p, degrees) AS
    {% set guess %}
    SELECT
        *,
        CASE
            -- Cauchy's distribution.
            WHEN _degrees = 1 THEN 1 / tan(pi() * _beyond / 2)
            WHEN _degrees = 2 THEN (1 - _beyond) * sqrt(2 / (_beyond * (2 - _beyond)))
            WHEN _y > 0.05 + _a
                THEN
                    sqrt(_degrees * (exp(_a * power(((((((0.4 * _x * _x + 6.3) * _x * _x + 36) * _x * _x + 94.5) / _c - _x * _x - 3) / _b + 1) * _x), 2)) - 1))
            ELSE
                sqrt(
                    _degrees * (
                        ((1 / (((_degrees + 6) / (_degrees * _y) - 0.089 * _d - 0.822) * (_degrees + 2) * 3) + 0.5 / (_degrees + 4)) * _y - 1)
                        * (_degrees + 1) / (_degrees + 2) + 1 / _y
                    )
                )
        END AS _t
    FROM (
        SELECT
            *,
            (((0.05 * _d * _x - 5) * _x - 7) * _x - 2) * _x + _b + _e + CASE WHEN _degrees < 5 THEN 0.3 * (_degrees - 4.5) * (_x + 0.6) ELSE 0 END AS _c
        FROM (
            SELECT *, power(_d * _beyond, 2 / _degrees) AS _y, stats.normal_quantile(_half) AS _x
            FROM (
                SELECT
                    *,
                    CASE
                        WHEN _degrees < 3 THEN _degrees * 0.886226925452758014e0 * exp(lgamma(_degrees / 2) - lgamma((_degrees + 1) / 2))
                        ELSE ((94.5 / (_b + _e) - 3) / _b + 1) * sqrt(_a * pi() / 2) * _degrees
                    END AS _d
                FROM (
                    SELECT *, ((20700 * _a / _b - 98) * _a - 16) * _a + 96.36 AS _e
                    FROM (
                        SELECT *, 2 * _half AS _beyond, 1 / (_degrees - 0.5) AS _a, 48 * (_degrees - 0.5) * (_degrees - 0.5) AS _b
                        FROM (
                            SELECT
                                CASE WHEN p > 0 AND p < 1 THEN CAST(p AS DOUBLE) END AS _p,
                                CASE
                                    WHEN isnan(CAST(degrees AS DOUBLE)) THEN NULL
                                    WHEN degrees > 1e14 THEN 1e14
                                    WHEN degrees >= 1 THEN CAST(degrees AS DOUBLE)
                                END AS _degrees,
                                CASE WHEN p < 0.5 THEN CAST(p AS DOUBLE) ELSE 1 - CAST(p AS DOUBLE) END AS _half
                        ) AS _given
                    ) AS _inverse
                ) AS _first
            ) AS _second
        ) AS _third
    ) AS _fourth
    {% endset %}
    (
        SELECT
            CASE
                WHEN _p = 0.5 THEN 0
                -- _off is the share beyond _t too many, over the density there; _bend is -f'/f of the density f, then its derivatives.
                ELSE sign(_p - 0.5) * (
                    _t + _off * (
                        1 + _off * (
                            _bend / 2 + _off * (
                                (_bend_1 + 2 * _bend * _bend) / 6 + _off * (_bend_2 + 7 * _bend * _bend_1 + 6 * _bend * _bend * _bend) / 24
                            )
                        )
                    )
                )
            END
        FROM (
            SELECT
                *,
                (_degrees + 1) * _t / (_degrees + _t * _t) AS _bend,
                (_degrees + 1) * (_degrees - _t * _t) / power(_degrees + _t * _t, 2) AS _bend_1,
                (_degrees + 1) * 2 * _t * (_t * _t - 3 * _degrees) / power(_degrees + _t * _t, 3) AS _bend_2,
                (
                    CASE
                        WHEN _degrees > 2500 THEN stats.normal_tail(_hill)
                        ELSE
                            CASE WHEN _is_turned THEN 0.5 ELSE 0 END
                            + CASE WHEN _is_turned THEN -0.5 ELSE 0.5 END * stats.student_t_share(_log, _far, _degrees, _first, _second, _at)
                    END - _half
                ) * exp((_degrees + 1) / 2 * _log)
                -- The density at 0.
                / CASE
                    WHEN _degrees > 100 THEN 0.398942280401432678e0 * (1 - (0.25 - (0.03125 + 0.0390625 / _degrees) / _degrees) / _degrees)
                    ELSE exp(lgamma((_degrees + 1) / 2) - lgamma(_degrees / 2)) / sqrt(_degrees * pi())
                END AS _off
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
                        _t * _t / (_degrees + _t * _t) AS _far,
                        stats.log1p(_t * _t / _degrees) AS _log,
                        _degrees / (_degrees + _t * _t) >= (_degrees / 2 + 1) / (_degrees / 2 + 2.5) AS _is_turned
                    FROM ({{ guess }}) AS _guesses
                ) AS _squares
            ) AS _sides
        ) AS _steps
    )
