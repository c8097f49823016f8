/*
doc = "An amount of money as it is stored: DECIMAL(18, 2), rounded half away from zero. The one way to round money, since CAST alone truncates a longer decimal in DuckDB before 1.5."

[columns]
amount = "The amount, any number."
*/
CREATE MACRO main.money(amount) AS
    CAST(round(amount, 2) AS DECIMAL(18, 2))
