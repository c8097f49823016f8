/*
doc   = "An order and a touch of the same person at or before it: what a model may share out. Touches are those of mart.touch; unknown customers match nobody. All earlier touches are here: the query that reads it sets the lookback (age_days <= days, inclusive). Orders without a touch are absent."
grain = ["order_id", "touchpoint_id"]

[columns]
order_id = "Order, as in star.fact_order."
customer_key = "Customer who ordered, never 0."
ordered_at = "When the order was placed, UTC."
net_revenue = "Net revenue of the whole order, repeated for each of its touches."
touchpoint_id = "Touch, as in star.fact_touchpoint. Breaks ties between touches of the same moment."
touched_at = "Moment of the touch, UTC, never after ordered_at."
channel_key = "Channel of the touch."
campaign_key = "Campaign of the touch, or 0."
touch_type = "How the person came into contact."
session_id = "Visit to which the touch led. NULL when it led to none."
age_seconds = "Whole elapsed seconds from the touch to the order, 0 or more."
age_days = "Elapsed days from the touch to the order, with fraction, 0 or more; exact, for windows."
*/
WITH orders AS (
    SELECT order_id, customer_key, ordered_at, net_revenue
    FROM star.fact_order
    WHERE customer_key <> 0
)

SELECT
    orders.order_id,
    orders.customer_key,
    orders.ordered_at,
    orders.net_revenue,
    touches.touchpoint_id,
    touches.touched_at,
    touches.channel_key,
    touches.campaign_key,
    touches.touch_type,
    touches.session_id,
    main.elapsed_seconds(touches.touched_at, orders.ordered_at) AS age_seconds,
    main.elapsed_days(touches.touched_at, orders.ordered_at) AS age_days
FROM orders
INNER JOIN mart.touch AS touches
    ON touches.customer_key = orders.customer_key AND touches.touched_at <= orders.ordered_at
