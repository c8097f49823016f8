-- Where orders are placed, with which codes, and what follows: channels, coupons, free shipping from 50 on, invitations, memberships.
WITH orders AS (
    SELECT *, net_revenue + coupon_amount AS basket
    FROM star.fact_order
    WHERE main.is_sale(status)
),

touched AS (
    SELECT DISTINCT orders.order_id
    FROM orders
    INNER JOIN mart.touch AS touch
        ON touch.customer_key = orders.customer_key
        AND touch.touched_at <= orders.ordered_at
        AND touch.touched_at > orders.ordered_at - INTERVAL 30 DAY
),

invited AS (
    SELECT count(referral.customer_key) / cast(count(*) AS DOUBLE) AS invited_share_of_sign_ups
    FROM star.dim_customer AS customer
    LEFT JOIN star.fact_referral AS referral ON referral.customer_key = customer.customer_key
    WHERE customer.signed_up_at >= (SELECT min(ordered_at) FROM star.fact_order)
),

-- Periods that are over: all but the last, and the last of who left.
members AS (
    SELECT
        count(*) FILTER (WHERE status = 'ended') / cast(sum(renewals + cast(status = 'ended' AS INTEGER)) AS DOUBLE) AS monthly_churn_of_members
    FROM star.fact_subscription
    WHERE period_days = 30
)

SELECT
    NULL AS by_type,
    avg(cast(orders.order_channel = 'store' AS INTEGER)) AS store_share_of_orders,
    avg(cast(orders.order_channel = 'catalogue' AS INTEGER)) AS catalogue_share_of_orders,
    1 - count(touched.order_id) / cast(count(*) AS DOUBLE) AS orders_without_a_touch,
    avg(cast(orders.coupon_key > 0 AS INTEGER)) AS coupon_share_of_orders,
    count(*) FILTER (WHERE orders.order_channel = 'web' AND orders.basket >= 50 AND orders.basket < 55)
    / cast(count(*) FILTER (WHERE orders.order_channel = 'web' AND orders.basket >= 45 AND orders.basket < 50) AS DOUBLE)
        AS baskets_above_the_limit_to_below,
    count(*) FILTER (WHERE orders.order_channel <> 'web' AND orders.basket >= 50 AND orders.basket < 55)
    / cast(count(*) FILTER (WHERE orders.order_channel <> 'web' AND orders.basket >= 45 AND orders.basket < 50) AS DOUBLE)
        AS baskets_elsewhere_above_to_below,
    any_value(invited.invited_share_of_sign_ups) AS invited_share_of_sign_ups,
    any_value(members.monthly_churn_of_members) AS monthly_churn_of_members
FROM orders
LEFT JOIN touched ON touched.order_id = orders.order_id
CROSS JOIN invited
CROSS JOIN members
