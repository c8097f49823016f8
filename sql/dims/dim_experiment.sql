/*
doc   = "An experiment, in which people are assigned to variants at random. Key 0 is the unknown experiment."
grain = ["experiment_key"]
natural = ["experiment_id"]
unknown = true
placeholder = { name = "experiment_id" }

[columns]
experiment_key = "Key of the experiment. 0 is unknown."
experiment_id = "Identifier of the experiment in its source. No two experiments share it."
name = "Name of the experiment."
hypothesis = "What was expected, and why, before the start. NULL when not written down."
primary_metric = "Metric that decides, named before the start, such as conversion. NULL when not known."
starts_on = "First day of the experiment. NULL when not known."
ends_on = "Last day of the experiment, itself included. NULL while it has no end."
*/
CREATE TABLE star.dim_experiment (
    experiment_key INTEGER PRIMARY KEY,
    experiment_id VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    hypothesis VARCHAR,
    primary_metric VARCHAR,
    starts_on DATE,
    ends_on DATE
)
