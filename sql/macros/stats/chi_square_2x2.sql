/*
doc = "Pearson's chi-square statistic of a table of two rows and two columns, without Yates' correction (DOUBLE); its p-value is stats.chi_square_sf(..., 1). Range: counts of 0 or more, else NULL; NULL where a row or a column is empty. Accuracy: 1e-13 relative."

[columns]
a = "Count in the first row and column."
b = "Count in the first row, second column."
c = "Count in the second row, first column."
d = "Count in the second row and column."
*/
CREATE MACRO stats.chi_square_2x2(a, b, c, d) AS
    CASE
        WHEN a >= 0 AND b >= 0 AND c >= 0 AND d >= 0
            THEN
                power(CAST(a AS DOUBLE) * d - CAST(b AS DOUBLE) * c, 2) * (CAST(a AS DOUBLE) + b + c + d)
                / nullif((CAST(a AS DOUBLE) + b) * (CAST(c AS DOUBLE) + d) * (CAST(a AS DOUBLE) + c) * (CAST(b AS DOUBLE) + d), 0)
    END
