-- How unlike customers are. Buyers are customers with an order; the last year is the 365 days before the end of the data.
WITH orders AS (SELECT * FROM star.fact_order WHERE main.is_sale(status) AND customer_key <> 0),

last_year AS (
    SELECT * FROM orders WHERE ordered_at >= (SELECT max(ordered_at) FROM orders) - INTERVAL 365 DAY
),

buyers AS (
    SELECT
        customer_key,
        count(*) AS orders,
        sum(net_revenue) AS revenue,
        min(ordered_at) AS first_at
    FROM orders
    GROUP BY customer_key
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY revenue DESC, customer_key) AS place,
        count(*) OVER () AS total
    FROM buyers
),

counts AS (
    SELECT
        customers.customer_key,
        coalesce(buyers.orders, 0) AS orders
    FROM star.dim_customer AS customers
    LEFT JOIN buyers ON buyers.customer_key = customers.customer_key
    WHERE customers.customer_key <> 0
),

again AS (
    SELECT cast(count(*) FILTER (WHERE later.customer_key IS NOT NULL) AS DOUBLE) / count(*) AS repeat_within_39_weeks
    FROM buyers
    LEFT JOIN (
        SELECT DISTINCT orders.customer_key
        FROM orders
        INNER JOIN buyers ON buyers.customer_key = orders.customer_key
        WHERE orders.ordered_at > buyers.first_at AND orders.ordered_at <= buyers.first_at + INTERVAL 273 DAY
    ) AS later ON later.customer_key = buyers.customer_key
    WHERE buyers.first_at < (SELECT max(ordered_at) FROM orders) - INTERVAL 273 DAY
)

SELECT
    NULL AS by_type,
    cast(sum(revenue) FILTER (WHERE place <= total / 10) AS DOUBLE) / cast(sum(revenue) AS DOUBLE) AS best_tenth_share_of_revenue,
    cast(sum(revenue) FILTER (WHERE place <= total / 5) AS DOUBLE) / cast(sum(revenue) AS DOUBLE) AS best_fifth_share_of_revenue,
    cast(count(*) FILTER (WHERE orders > 1) AS DOUBLE) / count(*) AS repeat_buyers,
    (SELECT repeat_within_39_weeks FROM again) AS repeat_within_39_weeks,
    (SELECT var_samp(orders) / avg(orders) FROM counts) AS variance_to_mean_of_orders,
    (SELECT cast(count(*) FILTER (WHERE is_first_order) AS DOUBLE) / count(*) FROM last_year) AS new_customers_share_of_orders
FROM ranked
