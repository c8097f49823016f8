/*
doc   = "A product and a week: what came in, what was sold, what was left. Practice view: everything in one place, in plain words."
grain = ["product_id", "week_start"]

[columns]
product_id = "Product, as in products."
product_name = "Name of the product. NULL when not known."
category = "Category of the product. NULL when not known."
week_start = "Monday on which the week starts."
units_received = "Units received during the week, returns put back on the shelf included, less units sent back to the supplier; negative when more went back."
units_sold = "Units sold during the week."
units_left = "Units left at the end of the week."
in_stock = "Whether any unit was left at the end of the week."
*/
SELECT
    product.product_id,
    main.known(product.name) AS product_name,
    main.known(product.category) AS category,
    days.date AS week_start,
    stock.received AS units_received,
    stock.sold AS units_sold,
    stock.on_hand AS units_left,
    stock.is_in_stock AS in_stock
FROM star.fact_inventory AS stock
INNER JOIN star.dim_product AS product ON product.product_key = stock.product_key
INNER JOIN star.dim_date AS days ON days.date_key = stock.date_key
