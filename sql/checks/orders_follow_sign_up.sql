/*
doc      = "No order of a customer is earlier than their sign-up. Guests who open an account later break it rightly, so this is only a warning."
relation = "star.fact_order"
severity = "warn"
*/
SELECT
    orders.order_id,
    orders.customer_key,
    'ordered at ' || orders.ordered_at || ', signed up at ' || customer.signed_up_at AS reason
FROM star.fact_order AS orders
INNER JOIN star.dim_customer AS customer ON customer.customer_key = orders.customer_key
WHERE orders.customer_key <> 0 AND orders.ordered_at < customer.signed_up_at
ORDER BY orders.order_id
