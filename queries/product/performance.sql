/*
question = "Which products sell, and what do they leave?"
doc = """
Products, or their categories, subcategories or brands, by net revenue: units, orders, prices, discounts, margin, what came back and how they are rated. Lines of sales count, by the moment of the order; \
returns are those of these lines, whenever they came. Whatever is offered and did not sell stands here with zeros, the unknown product in a row of its own, so that rows sum to the lines of all sales. \
Reviews are those published in the range."""
misleads = """
Orders overlap between rows: an order of two products counts in both. Orders that came as totals, without lines, are not here. Returns of the latest sales are still to come (product/returns \
counts sales that are old enough). Margin is before refunds, shipping and marketing."""
grain = ["item"]
headline = ["item_name", "units", "revenue", "revenue_share", "margin_rate", "returned_share"]
needs = ["star.fact_order_line"]

[params]
by = { type = "choice", of = ["product", "category", "subcategory", "brand"], default = "product", doc = "What a row is." }

[columns]
item = "Identifier of the product, or name of the category, subcategory or brand."
item_name = "Its name."
category = "Category of the product. NULL for subcategories and brands that lie in several."
products = "Products that it holds."
orders = "Sales with one of its lines."
units = "Units sold."
revenue = "Net revenue of the lines."
revenue_share = "Its share of the net revenue of all lines."
position = "Place by revenue, from 1, the greatest; equal amounts share the place."
price = "Net revenue / units: what a unit was sold for."
discount_share = "Discounts / units times their price."
margin = "Net revenue less the cost of the units. NULL where the cost of a line is not known."
margin_rate = "margin / revenue."
returned_units = "Units of these lines that came back. NULL where no return is on record at all."
returned_share = "returned_units / units."
reviews = "Reviews published in the range. NULL where no review is on record at all."
rating = "Mean stars of these reviews."

[chart]
kind = "bar"
x = "item_name"
y = "revenue"

[finding]
text = "{item_name} sells most: {revenue:money}, {revenue_share:percent} of the revenue."
sql = "SELECT item_name, revenue, revenue_share FROM answer WHERE revenue > 0 AND position = 1 AND item <> '(unknown)' AND (SELECT count(*) FROM answer WHERE position = 1) = 1"
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

returned AS (
    SELECT order_line_id, sum(quantity) AS units
    FROM star.fact_return
    GROUP BY order_line_id
),

items AS (
    SELECT
        product_key,
        category,
        CASE $by WHEN 'product' THEN product_id WHEN 'category' THEN category WHEN 'subcategory' THEN subcategory ELSE brand END AS item,
        CASE WHEN $by = 'product' THEN name END AS name
    FROM star.dim_product
),

line_sums AS (
    SELECT
        items.item,
        count(DISTINCT lines.order_id) AS orders,
        sum(lines.quantity) AS units,
        sum(lines.net_revenue) AS revenue,
        sum(lines.discount_amount) AS discounts,
        CASE WHEN count(lines.unit_cost) = count(*) THEN sum(lines.net_revenue - lines.quantity * lines.unit_cost) END AS margin,
        sum(coalesce(returned.units, 0)) AS returned_units
    FROM lines
    INNER JOIN items ON items.product_key = lines.product_key
    LEFT JOIN returned ON returned.order_line_id = lines.order_line_id
    GROUP BY items.item
),

review_sums AS (
    SELECT items.item, count(*) AS reviews, avg(review.rating) AS rating
    FROM star.fact_review AS review
    INNER JOIN items ON items.product_key = review.product_key
    WHERE ($start IS NULL OR review.reviewed_at >= $start) AND ($until IS NULL OR review.reviewed_at < $until)
    GROUP BY items.item
),

item_sums AS (
    SELECT
        item,
        coalesce(max(name), item) AS item_name,
        CASE WHEN min(category) = max(category) THEN min(category) END AS category,
        count(*) FILTER (WHERE product_key <> 0) AS products
    FROM items
    GROUP BY item
),

told AS (
    SELECT (SELECT count(*) FROM star.fact_return) > 0 AS returns_told, (SELECT count(*) FROM star.fact_review) > 0 AS reviews_told
)

SELECT
    item_sums.item,
    item_sums.item_name,
    item_sums.category,
    item_sums.products,
    coalesce(line_sums.orders, 0) AS orders,
    CAST(coalesce(line_sums.units, 0) AS BIGINT) AS units,
    CAST(coalesce(line_sums.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
    main.ratio(coalesce(line_sums.revenue, 0), sum(line_sums.revenue) OVER ()) AS revenue_share,
    rank() OVER (ORDER BY coalesce(line_sums.revenue, 0) DESC) AS position,
    main.ratio(line_sums.revenue, line_sums.units) AS price,
    main.ratio(line_sums.discounts, line_sums.revenue + line_sums.discounts) AS discount_share,
    CASE WHEN line_sums.item IS NULL THEN 0 ELSE main.money(line_sums.margin) END AS margin,
    main.ratio(line_sums.margin, line_sums.revenue) AS margin_rate,
    CASE WHEN told.returns_told THEN CAST(coalesce(line_sums.returned_units, 0) AS BIGINT) END AS returned_units,
    CASE WHEN told.returns_told THEN main.ratio(line_sums.returned_units, line_sums.units) END AS returned_share,
    CASE WHEN told.reviews_told THEN coalesce(review_sums.reviews, 0) END AS reviews,
    review_sums.rating
FROM item_sums
CROSS JOIN told
LEFT JOIN line_sums ON line_sums.item = item_sums.item
LEFT JOIN review_sums ON review_sums.item = item_sums.item
-- The unknown product has no row where nothing was sold of it.
WHERE item_sums.products > 0 OR line_sums.item IS NOT NULL
ORDER BY revenue DESC, item_sums.item
