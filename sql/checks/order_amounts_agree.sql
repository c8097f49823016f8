/*
doc       = "An order's net_revenue is its gross_amount less its discount_amount."
relation  = "star.fact_order"
severity  = "warn"
generated = "error"
*/
SELECT
    order_id,
    'net_revenue ' || net_revenue || ' is not gross_amount ' || gross_amount
    || ' less discount_amount ' || discount_amount AS reason
FROM star.fact_order
WHERE net_revenue <> gross_amount - discount_amount
ORDER BY order_id
