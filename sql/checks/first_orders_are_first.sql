/*
doc      = "Exactly one order of each known customer is marked as the first, and none of theirs is earlier."
relation = "star.fact_order"
severity = "error"
*/
WITH customers AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE is_first_order) AS marked,
        min(ordered_at) FILTER (WHERE is_first_order) AS marked_at,
        min(ordered_at) AS first_ordered_at
    FROM star.fact_order
    WHERE customer_key <> 0
    GROUP BY customer_key
)

SELECT
    customer_key,
    CASE
        WHEN marked <> 1 THEN marked || ' orders marked as the first'
        ELSE 'first order marked at ' || marked_at || ', but there is one at ' || first_ordered_at
    END AS reason
FROM customers
WHERE marked <> 1 OR marked_at <> first_ordered_at
ORDER BY customer_key
