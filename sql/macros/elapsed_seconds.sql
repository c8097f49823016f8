/*
doc = "Elapsed seconds from one moment to another, whole ones (BIGINT), negative when the second comes first. Never counts boundaries, as date_diff does. Compare windows that may end within a second with elapsed_days, which keeps the fraction."

[columns]
from_at  = "The earlier moment, a TIMESTAMP."
until_at = "The later moment, a TIMESTAMP."
*/
CREATE MACRO main.elapsed_seconds(from_at, until_at) AS
    CAST(trunc((epoch_us(until_at) - epoch_us(from_at)) / 1000000) AS BIGINT)
