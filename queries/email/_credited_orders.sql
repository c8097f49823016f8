-- Each order, credited to the last mail that its customer acted on before it, whichever campaign sent it and whenever:
-- reports of two ranges then never share an order. A bot can't buy, so only what people did makes a mail eligible.
acted AS (
    SELECT
        email_id,
        customer_key,
        CASE $basis
            WHEN 'click' THEN first_human_clicked_at
            WHEN 'open' THEN first_human_opened_at
            ELSE delivered_at
        END AS acted_at
    FROM star.fact_email
    WHERE customer_key <> 0 AND delivered_at IS NOT NULL
),

credited_orders AS (
    SELECT placed.order_id, placed.net_revenue, acted.email_id
    FROM star.fact_order AS placed
    INNER JOIN acted
        ON acted.customer_key = placed.customer_key
        AND acted.acted_at <= placed.ordered_at
        AND epoch_us(placed.ordered_at) - epoch_us(acted.acted_at) <= CAST(round($email_hours * 3600000000) AS BIGINT)
    QUALIFY row_number() OVER (
        PARTITION BY placed.order_id ORDER BY acted.acted_at DESC, acted.email_id DESC
    ) = 1
)
