/*
doc   = "Why each synthetic order happened: exactly one row per order. Join to star.fact_order on order_id and sum net_revenue by channel_key: that is the revenue which each channel really caused, to hold against what an attribution model credits."
grain = ["order_id"]

[columns]
order_id = "Order that was caused."
cause = "baseline: it would have happened without any marketing. touch: without the touch it would not have happened, and whom it led to leave would have stayed."
touchpoint_id = "Touch at the root of the order; its customer_key is 0 where the browser's user was not known yet. NULL for baseline orders, and where the touch came before the data."
channel_key = "Channel of that touch, 0 for baseline orders."
campaign_key = "Campaign of that touch, 0 for baseline orders and for touches without a campaign."
*/
CREATE TABLE truth.order_cause (
    order_id BIGINT PRIMARY KEY REFERENCES star.fact_order (order_id),
    cause star.order_cause_kind NOT NULL,
    touchpoint_id BIGINT REFERENCES star.fact_touchpoint (touchpoint_id),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key)
)
