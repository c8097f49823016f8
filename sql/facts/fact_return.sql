/*
doc   = "An order line, or some of its units, sent back."
grain = ["return_id"]
at = "returned_at"

[columns]
return_id = "Number of the return, given by the loader, stable from load to load."
order_line_id = "Line that was sent back."
order_id = "Order of that line."
customer_key = "Customer who sent it back, as in the order."
product_key = "Product that was sent back."
returned_at = "When it was received, in the warehouse's zone."
date_key = "Day of returned_at."
quantity = "Units sent back."
refund_amount = "Money paid back for them, as a positive amount; part of the order's refund_amount."
reason = "Why, in the source's words. NULL when not given."
source_id = "The return's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_return (
    return_id BIGINT PRIMARY KEY,
    order_line_id BIGINT NOT NULL REFERENCES star.fact_order_line (order_line_id),
    order_id BIGINT NOT NULL REFERENCES star.fact_order (order_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    returned_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    quantity INTEGER NOT NULL DEFAULT 1,
    refund_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    reason VARCHAR,
    source_id VARCHAR
)
