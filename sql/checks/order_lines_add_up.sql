/*
doc       = "The lines of an order add up to it: net_revenue and gross_amount to the cent, item_count to the unit; and each line's net_revenue is quantity * unit_price, rounded to the cent, less discount_amount. Orders without lines, imported as totals, are left alone."
relation  = "star.fact_order"
severity  = "warn"
generated = "error"
*/
WITH lines AS (
    SELECT
        order_id,
        sum(net_revenue) AS net_revenue,
        sum(round(quantity * unit_price, 2)) AS gross_amount,
        sum(quantity) AS item_count,
        count(*) FILTER (WHERE net_revenue <> round(quantity * unit_price, 2) - discount_amount) AS wrong_lines
    FROM star.fact_order_line
    GROUP BY order_id
)

SELECT
    orders.order_id,
    CASE
        WHEN lines.wrong_lines > 0 THEN lines.wrong_lines || ' lines whose net_revenue is not price less discount'
        WHEN lines.net_revenue <> orders.net_revenue
            THEN 'net_revenue ' || orders.net_revenue || ', but ' || lines.net_revenue || ' in its lines'
        WHEN lines.gross_amount <> orders.gross_amount
            THEN 'gross_amount ' || orders.gross_amount || ', but ' || lines.gross_amount || ' in its lines'
        ELSE 'item_count ' || orders.item_count || ', but ' || lines.item_count || ' in its lines'
    END AS reason
FROM star.fact_order AS orders
INNER JOIN lines ON lines.order_id = orders.order_id
WHERE
    lines.wrong_lines > 0
    OR lines.net_revenue <> orders.net_revenue
    OR lines.gross_amount <> orders.gross_amount
    OR lines.item_count <> orders.item_count
ORDER BY orders.order_id
