/*
doc   = "A list price of a product, and while it held. Promotions and coupons come on top: see order_items. Practice view: everything in one place, in plain words."
grain = ["product_id", "valid_from"]

[columns]
product_id = "Product, as in products."
product_name = "Name of the product. NULL when not known."
category = "Category of the product. NULL when not known."
valid_from = "First day of the price."
valid_until = "Day on which the price changed, or the product left the catalogue. NULL while it holds."
list_price = "Price of one unit, before any discount."
*/
SELECT
    product.product_id,
    main.known(product.name) AS product_name,
    main.known(product.category) AS category,
    price.valid_from,
    price.valid_to AS valid_until,
    price.list_price
FROM star.fact_price AS price
INNER JOIN star.dim_product AS product ON product.product_key = price.product_key
