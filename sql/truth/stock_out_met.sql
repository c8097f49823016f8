/*
doc   = "Orders whose customer wanted a product that was out of stock and took another one. They are a little less satisfied."
grain = ["order_id"]

[columns]
order_id = "Order, as in star.fact_order."
*/
CREATE TABLE truth.stock_out_met (
    order_id BIGINT PRIMARY KEY REFERENCES star.fact_order (order_id)
)
