/*
doc   = "An arm of an experiment. Key 0 is the unknown variant, of the unknown experiment."
grain = ["variant_key"]
natural = ["experiment_key", "variant"]
unknown = true

[columns]
variant_key = "Key of the variant. 0 is unknown."
experiment_key = "Experiment to which the variant belongs."
variant = "Name of the variant within its experiment, such as control."
is_control = "Whether the others are compared with this variant."
allocation = "Share of people meant for this variant, 0 to 1. NULL when not known; a check for sample ratio mismatch then assumes equal shares."
*/
CREATE TABLE star.dim_variant (
    variant_key INTEGER PRIMARY KEY,
    experiment_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_experiment (experiment_key),
    variant VARCHAR NOT NULL DEFAULT '(unknown)',
    is_control BOOLEAN NOT NULL DEFAULT false,
    allocation DOUBLE
)
