/*
doc   = "An order line, or some of its units, sent back. For return rates divide its units by those of order_items. Practice view: everything in one place, in plain words."
grain = ["return_id"]

[columns]
return_id = "Number of the return."
order_item_id = "Line that was sent back, as in order_items."
order_id = "Order of that line, as in orders."
customer_id = "Customer who sent it back. NULL when not known."
returned_at = "When it was received, in the warehouse's zone."
return_date = "Day on which it was received."
product_id = "Product that was sent back. NULL when not known."
product_name = "Name of the product. NULL when not known."
category = "Category of the product. NULL when not known."
quantity = "Units sent back."
refund = "Money paid back for them, as a positive amount."
reason = "Why, in the source's words. NULL when not given."
*/
SELECT
    returned.return_id,
    returned.order_line_id AS order_item_id,
    returned.order_id,
    main.known(customer.customer_id) AS customer_id,
    returned.returned_at,
    CAST(returned.returned_at AS DATE) AS return_date,
    main.known(product.product_id) AS product_id,
    main.known(product.name) AS product_name,
    main.known(product.category) AS category,
    returned.quantity,
    returned.refund_amount AS refund,
    returned.reason
FROM star.fact_return AS returned
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = returned.customer_key
LEFT JOIN star.dim_product AS product ON product.product_key = returned.product_key
