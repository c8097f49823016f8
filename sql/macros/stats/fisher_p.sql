/*
doc = "Two-sided p-value of Fisher's exact test of a table of two rows and two columns (DOUBLE): the chance of all tables with these margins that are no more likely than this one. Range: whole counts of 0 or more that sum to 10,000 at most, else an error: larger tables are for chi-square. NULL where one is not known. Accuracy: 1e-10 relative."

[columns]
a = "Count in the first row and column."
b = "Count in the first row, second column."
c = "Count in the second row, first column."
d = "Count in the second row and column."
*/
CREATE MACRO stats.fisher_p(a, b, c, d) AS
    (
        SELECT
            CASE
                WHEN bool_or(_is_wrong) THEN error('stats.fisher_p: the counts must be whole numbers of 0 or more')
                WHEN bool_or(_is_large) THEN error('stats.fisher_p: the counts must sum to 10,000 at most')
                WHEN max(_total) IS NOT NULL THEN least(sum(CASE WHEN _log_chance <= _log_seen + 1e-7 THEN exp(_log_chance) ELSE 0 END), 1)
            END
        FROM (
            SELECT
                _total,
                _is_wrong,
                _is_large,
                _log_margins - lgamma(_cell + 1e0) - lgamma(_row - _cell + 1e0) - lgamma(_column - _cell + 1e0)
                - lgamma(_total - _row - _column + _cell + 1e0) AS _log_chance,
                _log_margins - lgamma(_seen + 1e0) - lgamma(_row - _seen + 1e0) - lgamma(_column - _seen + 1e0)
                - lgamma(_total - _row - _column + _seen + 1e0) AS _log_seen
            FROM (
                SELECT
                    *,
                    lgamma(_row + 1e0) + lgamma(_total - _row + 1e0) + lgamma(_column + 1e0) + lgamma(_total - _column + 1e0)
                    - lgamma(_total + 1e0) AS _log_margins,
                    unnest(range(greatest(0, _row + _column - _total), least(_row, _column) + 1)) AS _cell
                FROM (
                    -- A table that is refused stands here as one of nothing.
                    SELECT
                        _is_wrong,
                        _is_large,
                        CASE WHEN _is_wrong OR _is_large THEN 0 ELSE CAST(_a AS BIGINT) END AS _seen,
                        CASE WHEN _is_wrong OR _is_large THEN 0 ELSE CAST(_a + _b AS BIGINT) END AS _row,
                        CASE WHEN _is_wrong OR _is_large THEN 0 ELSE CAST(_a + _c AS BIGINT) END AS _column,
                        CASE WHEN _is_wrong OR _is_large THEN 0 ELSE CAST(_a + _b + _c + _d AS BIGINT) END AS _total
                    FROM (
                        SELECT
                            *,
                            _a < 0 OR _b < 0 OR _c < 0 OR _d < 0 OR _a <> trunc(_a) OR _b <> trunc(_b) OR _c <> trunc(_c) OR _d <> trunc(_d) AS _is_wrong,
                            _a + _b + _c + _d > 10000 AS _is_large
                        FROM (SELECT CAST(a AS DOUBLE) AS _a, CAST(b AS DOUBLE) AS _b, CAST(c AS DOUBLE) AS _c, CAST(d AS DOUBLE) AS _d) AS _given
                        WHERE _a + _b + _c + _d IS NOT NULL
                    ) AS _checked
                ) AS _margins
            ) AS _cells
        ) AS _tables
    )
