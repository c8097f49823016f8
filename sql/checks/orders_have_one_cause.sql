/*
doc      = "Where the truth is filled, each synthetic order has its cause (the primary key allows only one): a touch of the named channel at or before the order, or none for baseline orders; a touch before the data is not on record. Orders from a source have no known cause."
relation = "truth.order_cause"
severity = "error"
*/
SELECT
    orders.order_id,
    CASE
        WHEN cause.order_id IS NULL THEN 'no cause'
        WHEN cause.cause = 'baseline' AND cause.touchpoint_id IS NOT NULL THEN 'baseline, but with a touch'
        WHEN (cause.cause = 'touch') <> (cause.channel_key <> 0) THEN 'cause and channel_key disagree'
        WHEN touch.touched_at > orders.ordered_at THEN 'caused by a touch that came after it, at ' || touch.touched_at
        ELSE 'its channel is not that of the touch that caused it'
    END AS reason
FROM star.fact_order AS orders
LEFT JOIN truth.order_cause AS cause ON cause.order_id = orders.order_id
LEFT JOIN star.fact_touchpoint AS touch ON touch.touchpoint_id = cause.touchpoint_id
WHERE
    orders.source_id IS NULL
    AND EXISTS (SELECT 1 FROM truth.order_cause)
    AND (
        cause.order_id IS NULL
        OR (cause.cause = 'baseline' AND cause.touchpoint_id IS NOT NULL)
        OR (cause.cause = 'touch') <> (cause.channel_key <> 0)
        OR touch.touched_at > orders.ordered_at
        OR cause.channel_key <> touch.channel_key
    )
ORDER BY orders.order_id
