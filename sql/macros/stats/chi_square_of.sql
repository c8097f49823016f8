/*
doc = "Pearson's chi-square statistic of the rows of a table, an aggregate (DOUBLE): the sum of (observed - expected)^2 / expected. Its p-value is that of stats.chi_square_sf, with (rows - 1) (columns - 1) degrees of freedom for a table of two features, cells - 1 for given shares. Range: expected above 0, below an error; cells of which nothing is expected and nothing seen do not count, and what is seen where nothing is expected makes it infinity. NULL where a cell is not known. Accuracy: 1e-14 relative."

[columns]
observed = "Count of a cell."
expected = "Count expected of it: row total x column total / total."
*/
CREATE MACRO stats.chi_square_of(observed, expected) AS
    CASE
        WHEN count(*) = count(observed + expected)
            THEN
                sum(
                    CASE
                        WHEN expected > 0 THEN (CAST(observed AS DOUBLE) - expected) * (CAST(observed AS DOUBLE) - expected) / expected
                        WHEN expected < 0 THEN error('stats.chi_square_of: what is expected of a cell must be 0 or more')
                        WHEN observed <> 0 THEN CAST('inf' AS DOUBLE)
                    END
                )
    END
