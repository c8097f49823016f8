/*
doc   = "What each coupon that was used really did. Join to star.fact_order on order_id: the coupon_amount of orders that are not extra was given away, since they would have come at full price."
grain = ["order_id"]

[columns]
order_id = "Order in which a coupon was used."
coupon_key = "The coupon."
is_extra = "Whether the coupon caused the order: true where the mail would have caused none without the code; false where the customer would have bought anyway, for whatever other cause."
*/
CREATE TABLE truth.coupon_use (
    order_id BIGINT PRIMARY KEY REFERENCES star.fact_order (order_id),
    coupon_key INTEGER NOT NULL REFERENCES star.dim_coupon (coupon_key),
    is_extra BOOLEAN NOT NULL
)
