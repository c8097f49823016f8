-- What is bought, and what comes back. Orders that are old enough to be sent back, where returns count.
WITH orders AS (SELECT * FROM star.fact_order WHERE main.is_sale(status)),

lines AS (
    SELECT lines.*
    FROM star.fact_order_line AS lines
    INNER JOIN orders ON orders.order_id = lines.order_id
    WHERE lines.ordered_at < (SELECT max(ordered_at) FROM star.fact_order) - INTERVAL 60 DAY
),

returned AS (SELECT order_line_id, sum(refund_amount) AS refund FROM star.fact_return GROUP BY order_line_id),

returns AS (
    SELECT
        cast(count(returned.order_line_id) AS DOUBLE) / count(*) AS line_return_rate,
        cast(sum(returned.refund) AS DOUBLE) / sum(lines.net_revenue) AS value_return_rate
    FROM lines
    LEFT JOIN returned ON returned.order_line_id = lines.order_line_id
),

reviews AS (
    SELECT
        avg(rating) AS mean_rating,
        count(*) / (SELECT cast(count(*) AS DOUBLE) FROM star.fact_order_line) AS review_rate
    FROM star.fact_review
),

surveys AS (
    SELECT
        100.0 * (count(*) FILTER (WHERE nps >= 9) - count(*) FILTER (WHERE nps <= 6)) / nullif(count(*), 0) AS net_promoter_score
    FROM star.fact_survey
)

SELECT
    NULL AS by_type,
    cast(avg(orders.net_revenue) AS DOUBLE) AS average_order_value,
    cast(median(orders.net_revenue) AS DOUBLE) AS median_order_value,
    avg(orders.item_count) AS units_per_order,
    cast(sum(orders.discount_amount) AS DOUBLE) / cast(sum(orders.gross_amount) AS DOUBLE) AS discount_share,
    cast(sum(orders.margin) AS DOUBLE) / cast(sum(orders.net_revenue) AS DOUBLE) AS gross_margin,
    any_value(returns.line_return_rate) AS line_return_rate,
    any_value(returns.value_return_rate) AS value_return_rate,
    any_value(reviews.mean_rating) AS mean_rating,
    any_value(reviews.review_rate) AS review_rate,
    any_value(surveys.net_promoter_score) AS net_promoter_score
FROM orders
CROSS JOIN returns
CROSS JOIN reviews
CROSS JOIN surveys
