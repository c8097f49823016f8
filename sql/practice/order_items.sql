/*
doc   = "A product in an order: a line of the receipt. Count those of sales, where main.is_sale(status): lines of cancelled and unpaid orders are here too. Orders that were imported as totals have none. Practice view: everything in one place, in plain words."
grain = ["order_item_id"]

[columns]
order_item_id = "Number of the line."
order_id = "Order that holds the line, as in orders."
line_number = "Position of the line in its order, from 1."
customer_id = "Customer who ordered. NULL when not known."
ordered_at = "When the order was placed, in the warehouse's zone."
order_date = "Day of the order."
status = "How far the order has come, as in orders."
product_id = "Product that was ordered. NULL when not known."
product_name = "Name of the product. NULL when not known."
category = "Category of the product. NULL when not known."
subcategory = "Category within the category. NULL when not known."
brand = "Brand of the product. NULL when not known."
quantity = "Units ordered."
unit_price = "Price of one unit when ordered, before discounts."
discount = "Discount on the whole line, as a positive amount: of the promotion, and the line's part of the coupon."
promotion_id = "Promotion that cut the price, as in promotions. NULL without one."
promotion = "Name of that promotion. NULL without one."
revenue = "quantity x unit_price - discount: before shipping, tax and refunds. The lines of an order add up to its revenue."
cost = "What the units cost the company when ordered. NULL when not known."
*/
SELECT
    line.order_line_id AS order_item_id,
    line.order_id,
    line.line_number,
    main.known(customer.customer_id) AS customer_id,
    line.ordered_at,
    CAST(line.ordered_at AS DATE) AS order_date,
    orders.status,
    main.known(product.product_id) AS product_id,
    main.known(product.name) AS product_name,
    main.known(product.category) AS category,
    main.known(product.subcategory) AS subcategory,
    main.known(product.brand) AS brand,
    line.quantity,
    line.unit_price,
    line.discount_amount AS discount,
    main.known(promotion.promotion_id) AS promotion_id,
    main.known(promotion.name) AS promotion,
    line.net_revenue AS revenue,
    CAST(line.quantity * line.unit_cost AS DECIMAL(18, 2)) AS cost
FROM star.fact_order_line AS line
LEFT JOIN star.fact_order AS orders ON orders.order_id = line.order_id
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = line.customer_key
LEFT JOIN star.dim_product AS product ON product.product_key = line.product_key
LEFT JOIN star.dim_promotion AS promotion ON promotion.promotion_key = line.promotion_key
