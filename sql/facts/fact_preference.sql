/*
doc   = "An answer to the preference survey, which some customers fill in once: what they live for, and how far they agree with statements about shopping, 1 (not at all) to 5 (entirely)."
grain = ["preference_id"]
at = "answered_at"

[columns]
preference_id = "Number of the answer, given by the loader, stable from load to load."
customer_key = "Customer who answered, or 0."
answered_at = "When it was answered, in the warehouse's zone."
date_key = "Day of answered_at."
lifestyle = "What matters most in the customer's leisure. NULL when left out."
price_sensitivity = "Agreement, 1 to 5: I compare prices before I buy. NULL when left out."
brand_loyalty = "Agreement, 1 to 5: I stay with brands that I know. NULL when left out."
sustainability = "Agreement, 1 to 5: I pay more for what does less harm. NULL when left out."
novelty = "Agreement, 1 to 5: I like to be the first to try something. NULL when left out."
source_id = "The answer's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_preference (
    preference_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    answered_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    lifestyle VARCHAR,
    price_sensitivity INTEGER,
    brand_loyalty INTEGER,
    sustainability INTEGER,
    novelty INTEGER,
    source_id VARCHAR
)
