/*
doc       = "A line that a promotion cut has a discount, and was ordered while the promotion ran; a visit that goes on past midnight keeps the prices of the day on which it began."
relation  = "star.fact_order_line"
severity  = "warn"
generated = "error"
*/
SELECT
    line.order_line_id,
    CASE
        WHEN line.discount_amount <= 0 THEN 'cut by ' || promotion.promotion_id || ', but without a discount'
        ELSE 'ordered on ' || CAST(line.ordered_at AS DATE) || ', but ' || promotion.promotion_id || ' ran from '
            || promotion.starts_on || ' to ' || promotion.ends_on
    END AS reason
FROM star.fact_order_line AS line
INNER JOIN star.dim_promotion AS promotion ON promotion.promotion_key = line.promotion_key
WHERE
    line.promotion_key <> 0
    AND (
        line.discount_amount <= 0
        OR CAST(line.ordered_at AS DATE) < promotion.starts_on
        OR CAST(line.ordered_at AS DATE) > promotion.ends_on + 1
    )
ORDER BY line.order_line_id
