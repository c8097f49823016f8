/*
doc   = "A product, with its price, sales, rating and stock. Practice view: everything in one place, in plain words."
grain = ["product_id"]

[columns]
product_id = "Identifier of the product."
product_name = "Name of the product. NULL when not known."
description = "Sentence or two about the product. NULL when there is none."
category = "Category of the product. NULL when not known."
subcategory = "Category within the category. NULL when not known."
brand = "Brand of the product. NULL when not known."
launch_date = "First day on which the product could be bought. NULL when not known."
is_active = "Whether the product is still offered."
unit_cost = "What one unit costs the company. NULL when not known."
list_price = "Price of one unit before any discount. NULL when not known."
final_price = "What customers paid for one unit on average, after discounts; list_price when none was sold."
units_sold = "Units of all sales within the data, returned ones included."
revenue = "Net revenue of the lines of all sales, before refunds."
avg_rating = "Mean of the reviews' stars, 1 to 5. NULL without a review."
review_count = "Number of reviews."
in_stock = "Whether a unit was left at the end of the last week for which stock is known; true where no stock is kept."
*/
WITH sales AS (
    SELECT line.product_key, sum(line.quantity) AS units, sum(line.net_revenue) AS revenue
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS orders ON orders.order_id = line.order_id AND main.is_sale(orders.status)
    GROUP BY line.product_key
),

reviews AS (
    SELECT product_key, avg(rating) AS avg_rating, count(*) AS reviews
    FROM star.fact_review
    GROUP BY product_key
),

stock AS (
    SELECT product_key, max_by(is_in_stock, date_key) AS is_in_stock
    FROM star.fact_inventory
    GROUP BY product_key
)

SELECT
    product.product_id,
    main.known(product.name) AS product_name,
    product.description,
    main.known(product.category) AS category,
    main.known(product.subcategory) AS subcategory,
    main.known(product.brand) AS brand,
    product.launched_on AS launch_date,
    product.is_active,
    product.unit_cost,
    product.list_price,
    main.money(coalesce(main.ratio(sales.revenue, sales.units), product.list_price)) AS final_price,
    CAST(coalesce(sales.units, 0) AS BIGINT) AS units_sold,
    main.money(coalesce(sales.revenue, 0)) AS revenue,
    reviews.avg_rating,
    coalesce(reviews.reviews, 0) AS review_count,
    coalesce(stock.is_in_stock, true) AS in_stock
FROM star.dim_product AS product
LEFT JOIN sales ON sales.product_key = product.product_key
LEFT JOIN reviews ON reviews.product_key = product.product_key
LEFT JOIN stock ON stock.product_key = product.product_key
WHERE product.product_key <> 0
