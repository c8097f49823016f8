/*
doc   = "How likely a touch caused an order, of touches whose customer was known at the time. The weights of an order and that of habit sum to 1."
grain = ["model", "order_id", "touchpoint_id"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
order_id = "Order, as in star.fact_order."
touchpoint_id = "Touch, as in star.fact_touchpoint; 0 stands for habit, and for touches that nobody recognised."
weight = "Probability, by the model."
*/
CREATE TABLE model.touch_weight (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    order_id BIGINT NOT NULL,
    touchpoint_id BIGINT NOT NULL,
    weight DOUBLE NOT NULL CHECK (weight BETWEEN 0 AND 1),
    PRIMARY KEY (model, order_id, touchpoint_id)
)
