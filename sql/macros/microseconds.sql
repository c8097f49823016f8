/*
doc = "A length of time in whole microseconds (BIGINT), as epoch_us counts them: the nearest to a number of days, of 24 hours each, fractions included."

[columns]
days = "Length of time in days, any number."
*/
CREATE MACRO main.microseconds(days) AS
    CAST(round(days * 86400000000) AS BIGINT)
