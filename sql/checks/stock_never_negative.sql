/*
doc       = "No product has fewer than zero units on hand, and it is in stock exactly when there is one."
relation  = "star.fact_inventory"
severity  = "warn"
generated = "error"
*/
SELECT date_key, product_key, on_hand || ' on hand, in stock: ' || is_in_stock AS reason
FROM star.fact_inventory
WHERE on_hand < 0 OR is_in_stock <> (on_hand > 0)
ORDER BY date_key, product_key
