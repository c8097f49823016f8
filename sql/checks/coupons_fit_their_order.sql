/*
doc       = "What a coupon took off is a part of the order's discount, and names its coupon; a code is used while it is valid."
relation  = "star.fact_order"
severity  = "warn"
generated = "error"
*/
SELECT
    orders.order_id,
    CASE
        WHEN orders.coupon_amount < 0 OR orders.coupon_amount > orders.discount_amount
            THEN 'coupon_amount ' || orders.coupon_amount || ' of a discount of ' || orders.discount_amount
        WHEN orders.coupon_amount <> 0 AND orders.coupon_key = 0 THEN 'coupon_amount ' || orders.coupon_amount || ' of no coupon'
        ELSE coupon.code || ' on ' || CAST(orders.ordered_at AS DATE)
    END AS reason
FROM star.fact_order AS orders
LEFT JOIN star.dim_coupon AS coupon ON coupon.coupon_key = orders.coupon_key
WHERE
    orders.coupon_amount < 0
    OR orders.coupon_amount > orders.discount_amount
    OR (orders.coupon_amount <> 0 AND orders.coupon_key = 0)
    OR CAST(orders.ordered_at AS DATE) < coupon.starts_on
    OR CAST(orders.ordered_at AS DATE) > coupon.ends_on
ORDER BY orders.order_id
