/*
doc   = "A person's first exposure to an arm of an experiment. A person with exposures to several arms of one experiment was assigned wrongly; the analysis leaves them out and reports them."
grain = ["exposure_id"]
at = "exposed_at"

[columns]
exposure_id = "Number of the exposure, given by the loader, stable from load to load."
experiment_key = "Experiment."
variant_key = "Arm of the experiment."
customer_key = "Customer who was exposed, 0 if not identified."
visitor_id = "Browser in which it happened. NULL when not known, and for an experiment on mail, where the first mail sent exposes."
exposed_at = "Moment of the first exposure, in the warehouse's zone."
date_key = "Day of exposed_at."
source_id = "The exposure's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_exposure (
    exposure_id BIGINT PRIMARY KEY,
    experiment_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_experiment (experiment_key),
    variant_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_variant (variant_key),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    visitor_id BIGINT REFERENCES star.bridge_visitor (visitor_id),
    exposed_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    source_id VARCHAR
)
