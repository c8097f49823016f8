/*
doc = "An amount of money as it is stored: DECIMAL(18, 2), half a cent rounded away from zero. The one way to round money: CAST alone truncates in some versions of DuckDB, and round(DOUBLE, 2) decides on half a cent otherwise since version 2."

[columns]
amount = "The amount, any number."
*/
CREATE MACRO main.money(amount) AS
    CAST(CAST(round(amount * 100) AS BIGINT) * 0.01 AS DECIMAL(18, 2))
