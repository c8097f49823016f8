/*
[params]
by = { type = "choice", of = ["product", "category", "subcategory", "brand"], default = "category", doc = "What an item is." }
basket = { type = "choice", of = ["order", "customer"], default = "order", doc = "What holds items together: an order, or all orders of a customer in the range." }
min_baskets = { type = "int", min = 1, default = 5, doc = "Least number of baskets with both items." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
*/
{# The items of each basket (items), how many baskets have each (item_sums), how many there are (all_baskets), and the pairs that stand in enough of them, in both directions (pairs). #}
{% macro baskets() %}
lines AS (
    SELECT
        CASE WHEN $basket = 'order' THEN line.order_id ELSE CAST(line.customer_key AS BIGINT) END AS basket_id,
        CASE $by
            WHEN 'product' THEN product.product_id
            WHEN 'category' THEN product.category
            WHEN 'subcategory' THEN product.subcategory
            ELSE product.brand
        END AS item,
        CASE WHEN $by = 'product' THEN product.name END AS name
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE
        main.is_sale(placed.status)
        AND line.product_key <> 0
        AND ($basket = 'order' OR line.customer_key <> 0)
        AND ($start IS NULL OR placed.ordered_at >= $start)
        AND ($until IS NULL OR placed.ordered_at < $until)
),

items AS MATERIALIZED (
    SELECT basket_id, item, max(coalesce(name, item)) AS name
    FROM lines
    WHERE item <> '(unknown)'
    GROUP BY basket_id, item
),

item_sums AS (
    SELECT item, max(name) AS name, count(*) AS baskets
    FROM items
    GROUP BY item
),

all_baskets AS (
    SELECT count(DISTINCT basket_id) AS baskets
    FROM items
),

pairs AS (
    SELECT one.item, other.item AS other, count(*) AS baskets
    FROM items AS one
    INNER JOIN items AS other ON other.basket_id = one.basket_id AND other.item <> one.item
    GROUP BY one.item, other.item
    HAVING count(*) >= $min_baskets
)
{%- endmacro %}
