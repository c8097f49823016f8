/*
doc      = "A line has the customer and the moment of its order, and a return the order, the customer and the product of its line: they are copied there so that a question about lines needs no join."
relation = "star.fact_order_line"
severity = "error"
*/
SELECT
    'star.fact_order_line' AS relation,
    line.order_line_id AS id,
    'customer ' || line.customer_key || ' at ' || line.ordered_at
    || ', the order: customer ' || orders.customer_key || ' at ' || orders.ordered_at AS reason
FROM star.fact_order_line AS line
INNER JOIN star.fact_order AS orders ON orders.order_id = line.order_id
WHERE line.customer_key <> orders.customer_key OR line.ordered_at <> orders.ordered_at
UNION ALL
SELECT
    'star.fact_return',
    returned.return_id,
    'order ' || returned.order_id || ', customer ' || returned.customer_key || ', product ' || returned.product_key
    || ', the line: order ' || line.order_id || ', customer ' || line.customer_key || ', product ' || line.product_key
FROM star.fact_return AS returned
INNER JOIN star.fact_order_line AS line ON line.order_line_id = returned.order_line_id
WHERE
    returned.order_id <> line.order_id
    OR returned.customer_key <> line.customer_key
    OR returned.product_key <> line.product_key
ORDER BY 1, 2
