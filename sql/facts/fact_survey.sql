/*
doc   = "An answer to the satisfaction survey. Questions may be left out."
grain = ["survey_id"]
at = "answered_at"

[columns]
survey_id = "Number of the answer, given by the loader, stable from load to load."
customer_key = "Customer who answered, or 0."
answered_at = "When it was answered, in the warehouse's zone."
date_key = "Day of answered_at."
nps = "How likely the customer is to recommend the company, 0 to 10: 9 and 10 are promoters, 0 to 6 detractors. NULL when left out."
csat = "Satisfaction, 1 (very dissatisfied) to 5 (very satisfied). NULL when left out."
has_complained = "Whether the answer holds a complaint."
source_id = "The answer's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_survey (
    survey_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    answered_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    nps INTEGER,
    csat INTEGER,
    has_complained BOOLEAN NOT NULL DEFAULT false,
    source_id VARCHAR
)
