/*
doc = "The share of a gamma distribution above x, or below (DOUBLE): its regularised incomplete gamma function. Series and continued fraction (DLMF 8.11.4, 8.9.2) to 60 levels where they converge, which is for a shape of 50 at most or x far from it; else Temme's uniform expansion (1979; DLMF 8.12). Range: shape above 0, x of 0 or more, else NULL. Accuracy: 1e-12 absolute; relative in the tails 1e-11 to a shape of 1,000, 1e-8 to 1e8."

[columns]
x        = "The point."
shape    = "Shape of the distribution, whose scale is 1."
is_upper = "Whether the share above x is asked for."
*/
CREATE MACRO stats.gamma_tail(x, shape, is_upper) AS
    (
        SELECT
            CASE
                WHEN (_shape > 0) IS NOT TRUE OR (_x >= 0) IS NOT TRUE OR isnan(_x) OR isnan(_shape) THEN NULL
                WHEN _x = 0 THEN CASE WHEN is_upper THEN 1 ELSE 0 END
                WHEN isinf(_x) THEN CASE WHEN is_upper THEN 0 ELSE 1 END
                WHEN is_upper = _is_above THEN _share
                ELSE 1 - _share
            END
        FROM (
            SELECT
                *,
                CASE
                    WHEN _is_middle
                        THEN
                            stats.normal_tail(abs(_eta) * sqrt(_shape))
                            + CASE WHEN _is_above THEN 1 ELSE -1 END * exp(-_shape * _eta * _eta / 2) / sqrt(6.283185307179586477e0 * _shape) * (
                                (((((((((-3.9683650471794347e-5 * _eta + 6.6414982154651222e-5) * _eta + -1.4638452578843418e-6) * _eta + -2.9907248030319018e-4) * _eta +
                                7.8403922172006663e-4) * _eta + -8.618882909167117e-4)) / _shape
                                + (((((((-5.6749528269915966e-6 * _eta + 1.1082654115347302e-5) * _eta + -2.3965051138672967e-7) * _eta + -7.5618016718839764e-5) * _eta +
                                2.6772063206283885e-4) * _eta + -4.6918949439525571e-4) * _eta + 2.2947209362139918e-4) * _eta + 6.4943415637860082e-4)) / _shape
                                + (((((((((-6.298992138380055e-7 * _eta + 1.3721957309062933e-6) * _eta + 3.4235787340961381e-8) * _eta + -1.2760635188618728e-5) * _eta +
                                5.2923448829120125e-5) * _eta + -1.0736653226365161e-4) * _eta + 2.0093878600823045e-6) * _eta + 7.7160493827160494e-4) * _eta +
                                -2.6813271604938272e-3) * _eta + 4.1335978835978836e-3)) / _shape
                                + (((((((((((-5.752545603517705e-8 * _eta + 1.378633446915721e-7) * _eta + 4.6471278028074343e-9) * _eta + -1.6120900894563446e-6) * _eta +
                                7.6491609160811101e-6) * _eta + -1.8098550334489978e-5) * _eta + -4.0187757201646091e-7) * _eta + 2.0576131687242798e-4) * _eta +
                                -9.9022633744855967e-4) * _eta + 2.6455026455026455e-3) * _eta + -3.4722222222222222e-3) * _eta + -1.8518518518518519e-3)) / _shape
                                + (((((((((((((-4.3820360184533532e-9 * _eta + 1.0261809784240308e-8) * _eta + 6.7078535434014986e-9) * _eta + -1.7665952736826079e-7) * _eta
                                + 8.296711340953086e-7) * _eta + -1.85406221071516e-6) * _eta + -2.1854485106799922e-6) * _eta + 3.9192631785224378e-5) * _eta +
                                -1.7875514403292181e-4) * _eta + 3.527336860670194e-4) * _eta + 1.1574074074074074e-3) * _eta + -1.4814814814814815e-2) * _eta +
                                8.3333333333333333e-2) * _eta + -3.3333333333333333e-1)
                            )
                    WHEN _is_above
                        THEN
                            _density / stats.gamma_levels(
                                _x,
                                _shape,
                                0e0,
                                stats.gamma_levels(
                                    _x,
                                    _shape,
                                    15e0,
                                    stats.gamma_levels(_x, _shape, 30e0, stats.gamma_levels(_x, _shape, 45e0, _x + 121e0 - _shape))
                                )
                            )
                    ELSE
                        _density / _shape * stats.gamma_terms(
                            _x,
                            _shape,
                            0e0,
                            stats.gamma_terms(
                                _x, _shape, 15e0, stats.gamma_terms(_x, _shape, 30e0, stats.gamma_terms(_x, _shape, 45e0, 1e0))
                            )
                        )
                END AS _share
            FROM (
                SELECT
                    _x,
                    _shape,
                    _is_middle,
                    CASE WHEN _is_middle THEN _x > _shape ELSE _x > _shape + 1 END AS _is_above,
                    CASE
                        WHEN _is_middle THEN sign(_x - _shape) * sqrt(2 * ((_x - _shape) / _shape - stats.log1p((_x - _shape) / _shape)))
                    END AS _eta,
                    -- x to the power of the shape, times exp(-x), over gamma(shape).
                    CASE
                        WHEN _shape > 10
                            THEN
                                exp(-_shape * ((_x - _shape) / _shape - stats.log1p((_x - _shape) / _shape)) - stats.stirling_rest(_shape))
                                * sqrt(_shape / 6.283185307179586477e0)
                        WHEN _x > 0 THEN exp(_shape * ln(_x) - _x - lgamma(_shape))
                    END AS _density
                FROM (
                    SELECT
                        _x,
                        _shape,
                        _shape > 50 AND _x > 0.65 * _shape AND _x < 1.5 * _shape AS _is_middle
                    FROM (SELECT CAST(x AS DOUBLE) AS _x, CASE WHEN shape > 0 THEN CAST(shape AS DOUBLE) END AS _shape) AS _given
                ) AS _sides
            ) AS _measured
        ) AS _steps
    )
