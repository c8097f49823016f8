-- Orders of the range without an eligible touch.
unattributed AS (
    SELECT order_id, ordered_at, net_revenue, is_first_order
    FROM conversions
    WHERE order_id NOT IN (SELECT order_id FROM journeys)
)
