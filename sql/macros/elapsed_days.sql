/*
doc = "Elapsed days from one moment to another, with fraction (DOUBLE), negative when the second comes first. A day is 24 hours; never counts midnights, as date_diff does. Exact to the microsecond, so an inclusive window of whole days is elapsed_days(...) <= days."

[columns]
from_at  = "The earlier moment, a TIMESTAMP."
until_at = "The later moment, a TIMESTAMP."
*/
CREATE MACRO main.elapsed_days(from_at, until_at) AS
    CAST(epoch_us(until_at) - epoch_us(from_at) AS DOUBLE) / main.microseconds(1)
