/*
doc   = "A customer and a day, as a source summed them up: recency, visits, spend and purchases by place, where it gives figures rather than orders. Empty for a synthetic company: mart.customer_snapshot computes the same figures from its orders. A figure that the source does not give is NULL."
grain = ["customer_key", "date_key"]
watched = ["recency_days", "web_visits", "spend"]

[columns]
customer_key = "Customer."
date_key = "Day of snapshot_on."
snapshot_on = "Day on which the figures were taken."
recency_days = "Days since the last purchase."
web_visits = "Visits to the site in the last month."
spend = "Money spent in the period that the source covers."
purchases_deal = "Purchases made with a discount, wherever."
purchases_web = "Purchases on the site."
purchases_catalog = "Purchases from a catalogue."
purchases_store = "Purchases in a store."
has_complained = "Whether the customer complained in the period that the source covers."
*/
CREATE TABLE star.fact_customer_snapshot (
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    snapshot_on DATE NOT NULL,
    recency_days INTEGER,
    web_visits INTEGER,
    spend DECIMAL(18, 2),
    purchases_deal INTEGER,
    purchases_web INTEGER,
    purchases_catalog INTEGER,
    purchases_store INTEGER,
    has_complained BOOLEAN,
    PRIMARY KEY (customer_key, date_key)
)
