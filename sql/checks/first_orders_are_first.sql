/*
doc      = "At most one order of each known customer is marked as the first; it is a sale, and none of theirs is earlier. No order is marked where the first came before the data; who signed up within the data has a first one."
relation = "star.fact_order"
severity = "error"
*/
WITH bounds AS (SELECT min(ordered_at) AS starts_at FROM star.fact_order),

customers AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE is_first_order) AS marked,
        min(ordered_at) FILTER (WHERE is_first_order) AS marked_at,
        min(ordered_at) FILTER (WHERE main.is_sale(status)) AS first_ordered_at
    FROM star.fact_order
    WHERE customer_key <> 0
    GROUP BY customer_key
)

SELECT
    customers.customer_key,
    CASE
        WHEN customers.marked = 0 THEN 'no order marked as the first'
        WHEN customers.marked > 1 THEN customers.marked || ' orders marked as the first'
        WHEN customers.first_ordered_at IS NULL THEN 'an order that is no sale marked as the first'
        ELSE 'first order marked at ' || customers.marked_at || ', but there is one at ' || customers.first_ordered_at
    END AS reason
FROM customers
LEFT JOIN star.dim_customer AS people ON people.customer_key = customers.customer_key
CROSS JOIN bounds
WHERE
    customers.marked > 1
    OR (customers.marked > 0 AND customers.marked_at IS DISTINCT FROM customers.first_ordered_at)
    -- Of those who signed up before the data the first order can have come before them too.
    OR (customers.marked = 0 AND customers.first_ordered_at IS NOT NULL AND (people.signed_up_at IS NULL OR people.signed_up_at >= bounds.starts_at))
ORDER BY customers.customer_key
