/*
doc   = "How strongly a touch of each channel works. Compare orders_per_touch with the orders that a model credits to the channel, divided by its touches; a channel with 0 only harvests what others caused."
grain = ["channel_key"]

[columns]
channel_key = "Channel."
orders_per_touch = "Orders expected of one touch, on average over the touches of these data that could cause any: on customers who have not churned, not brought about by an order, nor the visit of a sign-up that holds an order; of email, opens by people. Differences between customers, experiments and fatigue are in it."
base_orders_per_touch = "Orders expected of a touch on somebody for whom all factors of truth.effect_modifier are 1."
mean_lag_days = "Mean of the exponential delay between a touch and the order that it causes, in days. NULL when it causes none."
platform_claim_factor = "Conversions that the channel's platform reports for each order that it could see: of a customer with a contact through the channel in the window before. NULL when no platform reports."
platform_window_days = "Days before an order in which a contact lets the platform claim it. NULL when no platform reports."
*/
CREATE TABLE truth.channel_effect (
    channel_key INTEGER PRIMARY KEY REFERENCES star.dim_channel (channel_key),
    orders_per_touch DOUBLE NOT NULL,
    base_orders_per_touch DOUBLE NOT NULL,
    mean_lag_days DOUBLE,
    platform_claim_factor DOUBLE,
    platform_window_days DOUBLE
)
