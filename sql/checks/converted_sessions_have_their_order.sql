/*
doc       = "A session is converted exactly when it names an order; that order exists, is a sale made in this session, and has its revenue; and the session of a sale is converted."
relation  = "star.fact_session"
severity  = "warn"
generated = "error"
*/
SELECT
    visit.session_id,
    visit.order_id,
    CASE
        WHEN visit.is_converted AND visit.order_id IS NULL THEN 'converted, but names no order'
        WHEN NOT visit.is_converted THEN 'names an order, but is not converted'
        WHEN orders.order_id IS NULL THEN 'its order does not exist'
        WHEN NOT main.is_sale(orders.status) THEN 'its order is no sale'
        WHEN orders.session_id IS DISTINCT FROM visit.session_id THEN 'its order was placed in another session'
        ELSE 'revenue ' || visit.revenue || ', but its order has ' || orders.net_revenue
    END AS reason
FROM star.fact_session AS visit
LEFT JOIN star.fact_order AS orders ON orders.order_id = visit.order_id
WHERE
    visit.is_converted <> (visit.order_id IS NOT NULL)
    OR (
        visit.order_id IS NOT NULL
        AND (
            orders.order_id IS NULL
            OR NOT main.is_sale(orders.status)
            OR orders.session_id IS DISTINCT FROM visit.session_id
            OR orders.net_revenue <> visit.revenue
        )
    )
UNION ALL
SELECT visit.session_id, orders.order_id, 'holds a sale, but is not converted' AS reason
FROM star.fact_order AS orders
INNER JOIN star.fact_session AS visit ON visit.session_id = orders.session_id
WHERE main.is_sale(orders.status) AND NOT visit.is_converted AND visit.order_id IS NULL
ORDER BY 1, 2 NULLS LAST, 3
