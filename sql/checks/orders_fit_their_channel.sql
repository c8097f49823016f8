/*
doc       = "Only orders of stores name a store, one that was open by then; orders of stores, from the catalogue and by telephone come in no visit."
relation  = "star.fact_order"
severity  = "warn"
generated = "error"
*/
SELECT
    orders.order_id,
    CASE
        WHEN orders.store_key <> 0 AND orders.order_channel <> 'store' THEN 'names a store, but was placed by ' || orders.order_channel
        WHEN orders.session_id IS NOT NULL THEN 'placed by ' || orders.order_channel || ', but in a visit'
        ELSE 'placed on ' || CAST(orders.ordered_at AS DATE) || ', but its store opened on ' || store.opened_on
    END AS reason
FROM star.fact_order AS orders
LEFT JOIN star.dim_store AS store ON store.store_key = orders.store_key
WHERE
    (orders.store_key <> 0 AND orders.order_channel <> 'store')
    OR (orders.session_id IS NOT NULL AND orders.order_channel IN ('store', 'catalogue', 'phone'))
    OR CAST(orders.ordered_at AS DATE) < store.opened_on
ORDER BY orders.order_id
