/*
doc   = "How strongly a touch of each channel works. Compare orders_per_touch with the orders that a model credits to the channel, divided by its touches; a channel with 0 only harvests what others caused."
grain = ["channel_key"]

[columns]
channel_key = "Channel."
orders_per_touch = "Orders that one touch causes on average, before the differences between customers."
mean_lag_days = "Mean of the exponential delay between a touch and the order that it causes, in days. NULL when it causes none."
*/
CREATE TABLE truth.channel_effect (
    channel_key INTEGER PRIMARY KEY REFERENCES star.dim_channel (channel_key),
    orders_per_touch DOUBLE NOT NULL,
    mean_lag_days DOUBLE
)
