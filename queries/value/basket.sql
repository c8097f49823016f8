/*
question = "What is bought together?"
doc = """
Pairs of products, categories, subcategories or brands that stand in the same order, or that the same customer has bought: how many, the support (their share of all \
baskets), the confidence (of the baskets with the item, the share that also has the other) and the lift (that share over the other's share of all \
baskets: 1 where the two have nothing to do with each other). Each pair stands in both directions, since confidence has one. Only lines of sales; \
orders without lines, and lines of no known product, are not counted."""
misleads = """
Rare pairs reach a high lift by accident: min_baskets leaves them out. A lift says what goes together, not that showing the one sells the other."""
grain = ["item", "other"]
headline = ["item_name", "other_name", "baskets", "confidence", "lift"]

[chart]
kind = "scatter"
x = "support"
y = "lift"

[finding]
text = "{share:percent} of the baskets with {item_name} also have {other_name}, {lift:number} times as many as among all."
sql = "SELECT confidence AS share, item_name, other_name, lift FROM answer WHERE lift > 1 ORDER BY lift DESC, item, other LIMIT 1"

[params]
by = { type = "choice", of = ["product", "category", "subcategory", "brand"], default = "category", doc = "What an item is." }
basket = { type = "choice", of = ["order", "customer"], default = "order", doc = "What holds items together: an order, or all orders of a customer in the range." }
min_baskets = { type = "int", min = 1, default = 5, doc = "Least number of baskets with both items." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }

[columns]
item = "Identifier of the product, or the name of the category, subcategory or brand."
item_name = "Its name."
other = "The item that it is held against."
other_name = "Its name."
baskets = "Baskets with both."
item_baskets = "Baskets with the item."
other_baskets = "Baskets with the other."
support = "baskets / all baskets."
confidence = "baskets / item_baskets."
lift = "confidence / (other_baskets / all baskets)."
expected_baskets = "Baskets with both if the two had nothing to do with each other: item_baskets x other_baskets / all baskets."
*/
WITH lines AS (
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

SELECT
    pairs.item,
    item_sums.name AS item_name,
    pairs.other,
    others.name AS other_name,
    pairs.baskets,
    item_sums.baskets AS item_baskets,
    others.baskets AS other_baskets,
    main.ratio(pairs.baskets, all_baskets.baskets) AS support,
    main.ratio(pairs.baskets, item_sums.baskets) AS confidence,
    main.ratio(
        CAST(pairs.baskets AS DOUBLE) * all_baskets.baskets, CAST(item_sums.baskets AS DOUBLE) * others.baskets
    ) AS lift,
    main.ratio(CAST(item_sums.baskets AS DOUBLE) * others.baskets, all_baskets.baskets) AS expected_baskets
FROM pairs
CROSS JOIN all_baskets
INNER JOIN item_sums ON item_sums.item = pairs.item
INNER JOIN item_sums AS others ON others.item = pairs.other
ORDER BY lift DESC, pairs.baskets DESC, pairs.item, pairs.other
