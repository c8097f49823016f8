/*
doc   = "An order that has arrived at its customer; cancelled ones and those on their way are not here."
grain = ["order_id"]
at = "delivered_at"

[columns]
order_id = "Order that was delivered."
customer_key = "Customer who ordered, or 0."
promised_at = "Until when the delivery was promised, in the warehouse's zone."
delivered_at = "When it arrived, in the warehouse's zone; late if after promised_at."
date_key = "Day of delivered_at."
*/
CREATE TABLE star.fact_delivery (
    order_id BIGINT PRIMARY KEY REFERENCES star.fact_order (order_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    promised_at TIMESTAMP,
    delivered_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key)
)
