/*
doc       = "An order's refund is neither negative nor more than its net revenue, and its status says the same: all of it is refunded when it is refunded or cancelled. An order with negative revenue, as some sources book returns, has no refund; a credit note is nothing but one."
relation  = "star.fact_order"
severity  = "warn"
generated = "error"
*/
SELECT
    order_id,
    'refund_amount ' || refund_amount || ' of net_revenue ' || net_revenue || ', status ' || status AS reason
FROM star.fact_order
WHERE
    refund_amount < 0
    OR (refund_amount > greatest(net_revenue, 0) AND status <> 'credit_note')
    OR (status IN ('refunded', 'cancelled') AND refund_amount < net_revenue)
ORDER BY order_id
