/*
doc = "A share as a fixed-point number, DECIMAL(25, 15): its sums are exact, in any order of adding up and in any version of DuckDB. A cast alone would round the last digit differently from version to version."

[columns]
share = "The share, a DOUBLE."
*/
CREATE MACRO main.fixed_point(share) AS
    CAST(CAST(trunc(share) AS BIGINT) AS DECIMAL(25, 15))
    + CAST(CAST(round((share - trunc(share)) * 1000000000000000) AS BIGINT) * CAST(0.000000000000001 AS DECIMAL(16, 15)) AS DECIMAL(25, 15))
