/*
doc   = "A path that a source has counted already, from an analytics tool or a published data set: the channels in order, and how many people walked it. Stands apart from the touches and orders of this warehouse; attribution/given_paths reads it."
grain = ["path_id"]

[columns]
path_id = "Number of the path, in the order of the file."
path = "Names of the channels in order, separated by ' > '. A path may come more than once."
conversions = "Conversions at the end of the path."
revenue = "Their value, to the millionth, since such data sets count in any unit."
non_conversions = "People who walked the path and did not convert."
*/
CREATE TABLE star.fact_path (
    path_id BIGINT PRIMARY KEY,
    path VARCHAR NOT NULL,
    conversions BIGINT NOT NULL DEFAULT 0,
    revenue DECIMAL(18, 6) NOT NULL DEFAULT 0,
    non_conversions BIGINT NOT NULL DEFAULT 0
)
