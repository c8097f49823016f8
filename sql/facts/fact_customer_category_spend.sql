/*
doc   = "A customer, a day and a category of products: what the customer had spent on it, as a source summed it up. Empty for a synthetic company: mart.customer_category_spend computes it from the order lines."
grain = ["customer_key", "date_key", "category"]
watched = ["category", "spend"]

[columns]
customer_key = "Customer."
date_key = "Day of snapshot_on."
snapshot_on = "Day on which the figures were taken."
category = "Category, in the source's words."
spend = "Money spent on it in the period that the source covers."
*/
CREATE TABLE star.fact_customer_category_spend (
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    snapshot_on DATE NOT NULL,
    category VARCHAR NOT NULL DEFAULT '(unknown)',
    spend DECIMAL(18, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_key, date_key, category)
)
