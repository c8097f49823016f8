/*
[params]
window_days = { type = "int", min = 1, max = 36500, doc = "Only sales of so many days before then count. Default: all." }
most_products = { type = "int", min = 2, max = 1000, default = 50, doc = "The latest so many products of a basket count, lest a few who buy everything take all the time." }
*/
{# The lines of sales of known products before the end of `today` (sold), and the products in each basket: in how many orders, when first and last, how many others are beside it (bought). `basket` is SQL over line, what holds products together; `is_known` whether it is one. #}
{% macro bought(basket, is_known) %}
sold AS (
    SELECT {{ basket }} AS basket_id, line.product_key, line.order_id, placed.ordered_at, line.quantity, line.net_revenue, line.unit_cost
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    CROSS JOIN today
    WHERE
        main.is_sale(placed.status)
        AND line.product_key <> 0
        AND {{ is_known }}
        AND placed.ordered_at < today.until_at
        AND ($window_days IS NULL OR placed.ordered_at >= today.until_at - to_days(CAST($window_days AS INTEGER)))
),

-- A product twice in an order was bought once.
basket_orders AS (
    SELECT basket_id, product_key, order_id, max(ordered_at) AS ordered_at
    FROM sold
    GROUP BY basket_id, product_key, order_id
),

basket_products AS (
    SELECT basket_id, product_key, count(*) AS orders, min(ordered_at) AS first_at, max(ordered_at) AS last_at
    FROM basket_orders
    GROUP BY basket_id, product_key
),

bought AS MATERIALIZED (
    SELECT latest.*, count(*) OVER (PARTITION BY basket_id) - 1 AS others
    FROM (
        SELECT
            basket_products.*,
            row_number() OVER (PARTITION BY basket_id ORDER BY last_at DESC, product_key) AS recency
        FROM basket_products
    ) AS latest
    WHERE recency <= $most_products
)
{%- endmacro %}
