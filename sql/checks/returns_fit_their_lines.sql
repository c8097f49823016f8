/*
doc       = "No more units of a line are returned than were ordered, not before they were ordered, and the refunds of an order's returns are within the order's refund_amount."
relation  = "star.fact_return"
severity  = "warn"
generated = "error"
*/
WITH returned_lines AS (
    SELECT order_line_id, sum(quantity) AS quantity, min(returned_at) AS returned_at
    FROM star.fact_return
    GROUP BY order_line_id
),

returned_orders AS (
    SELECT order_id, sum(refund_amount) AS refund_amount
    FROM star.fact_return
    GROUP BY order_id
)

SELECT
    line.order_id,
    line.order_line_id,
    CASE
        WHEN returned.quantity > line.quantity THEN returned.quantity || ' units returned of ' || line.quantity
        ELSE 'returned at ' || returned.returned_at || ', before the order at ' || line.ordered_at
    END AS reason
FROM returned_lines AS returned
INNER JOIN star.fact_order_line AS line ON line.order_line_id = returned.order_line_id
WHERE returned.quantity > line.quantity OR returned.returned_at < line.ordered_at
UNION ALL
SELECT
    orders.order_id,
    NULL AS order_line_id,
    'returns refund ' || returned.refund_amount || ', the order only ' || orders.refund_amount AS reason
FROM returned_orders AS returned
INNER JOIN star.fact_order AS orders ON orders.order_id = returned.order_id
WHERE returned.refund_amount > orders.refund_amount
ORDER BY 1, 2 NULLS LAST
