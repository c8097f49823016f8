/*
doc   = "A product in an order. net_revenue = quantity * unit_price, rounded to the cent, less discount_amount. Orders that were imported as totals have no lines."
grain = ["order_line_id"]
watched = ["unit_price", "quantity"]
at = "ordered_at"

[columns]
order_line_id = "Number of the line, given by the loader, stable from load to load."
order_id = "Order that holds the line."
line_number = "Position of the line in its order, from 1."
customer_key = "Customer who ordered, as in the order."
product_key = "Product that was ordered."
ordered_at = "When the order was placed, in the warehouse's zone, as in the order."
date_key = "Day of ordered_at."
quantity = "Units ordered."
unit_price = "Price of one unit when ordered, before discounts, to the hundredth of a cent, because a price may be made of an amount. Units times price is money again: round(quantity * unit_price, 2)."
discount_amount = "Discount on the whole line, as a positive amount: of the promotion, and of the order's coupon as far as it falls on the line."
promotion_key = "Promotion that cut the price, or 0."
net_revenue = "quantity * unit_price, rounded to the cent, less discount_amount."
unit_cost = "What one unit cost the company when ordered. NULL when not known."
source_id = "The line's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_order_line (
    order_line_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES star.fact_order (order_id),
    line_number INTEGER NOT NULL DEFAULT 1,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    ordered_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    quantity INTEGER NOT NULL DEFAULT 1,
    unit_price DECIMAL(18, 4) NOT NULL DEFAULT 0,
    discount_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    promotion_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_promotion (promotion_key),
    net_revenue DECIMAL(18, 2) NOT NULL DEFAULT 0,
    unit_cost DECIMAL(18, 2),
    source_id VARCHAR
)
