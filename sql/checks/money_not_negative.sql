/*
doc       = "No price, cost, discount, budget or income is negative. Revenue may be, as some sources book returns, and is not looked at."
relation  = "star"
severity  = "warn"
generated = "error"
*/
SELECT 'star.fact_ad_spend' AS relation, campaign_key AS id, 'on ' || date_key || ' spend ' || spend AS reason
FROM star.fact_ad_spend
WHERE spend < 0
UNION ALL
SELECT 'star.fact_touchpoint', touchpoint_id, 'cost ' || cost
FROM star.fact_touchpoint
WHERE cost < 0
UNION ALL
SELECT 'star.fact_email', email_id, 'cost ' || cost
FROM star.fact_email
WHERE cost < 0
UNION ALL
SELECT 'star.fact_social_post', post_id, 'cost ' || cost
FROM star.fact_social_post
WHERE cost < 0
UNION ALL
SELECT 'star.fact_order_line', order_line_id, 'unit_price ' || unit_price || ', discount_amount ' || discount_amount
FROM star.fact_order_line
WHERE least(unit_price, discount_amount, unit_cost) < 0
UNION ALL
SELECT
    'star.fact_order',
    order_id,
    'discount_amount ' || discount_amount || ', shipping_amount ' || shipping_amount || ', tax_amount ' || tax_amount
FROM star.fact_order
WHERE least(discount_amount, shipping_amount, tax_amount) < 0
UNION ALL
SELECT 'star.dim_product', product_key, 'unit_cost or list_price is below zero'
FROM star.dim_product
WHERE least(unit_cost, list_price) < 0
UNION ALL
SELECT 'star.dim_campaign', campaign_key, 'budget ' || budget
FROM star.dim_campaign
WHERE budget < 0
UNION ALL
SELECT 'star.dim_customer', customer_key, 'income ' || income
FROM star.dim_customer
WHERE income < 0
ORDER BY 1, 2, 3
