/*
doc   = "What a source told of a person in an experiment: the outcome itself, where the orders and visits that it is made of are not here. Empty for a synthetic company, whose outcomes are counted from its facts. What the source does not tell is NULL."
grain = ["outcome_id"]
at = "observed_at"

[columns]
outcome_id = "Number of the outcome, given by the loader, stable from load to load."
experiment_key = "Experiment."
variant_key = "Arm, as the source told it with the outcome, 0 if it did not."
customer_key = "Customer, 0 if not identified."
visitor_id = "Browser of a person who is not identified. NULL when not known."
observed_at = "Moment as of which the outcome is told, in the warehouse's zone."
date_key = "Day of observed_at."
has_visited = "Whether the person came to the site."
has_converted = "Whether the person did what the experiment is after, such as to buy."
value = "What the person brought, in the unit of the experiment: money spent, in most."
value_before = "The same, or another measure that goes with it, from before the experiment: a covariate, by which experiment/cuped makes intervals narrower."
source_id = "The outcome's id as the source wrote it."
*/
CREATE TABLE star.fact_experiment_outcome (
    outcome_id BIGINT PRIMARY KEY,
    experiment_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_experiment (experiment_key),
    variant_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_variant (variant_key),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    visitor_id BIGINT REFERENCES star.bridge_visitor (visitor_id),
    observed_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    has_visited BOOLEAN,
    has_converted BOOLEAN,
    value DECIMAL(18, 6),
    value_before DECIMAL(18, 6),
    source_id VARCHAR
)
