/*
doc   = "Something done in a visit: a page seen, a product put into the cart, an order placed. Practice view: everything in one place, in plain words."
grain = ["event_id"]

[columns]
event_id = "Number of the event."
session_id = "Visit in which it was done, as in customer_journeys. NULL when the source keeps no visits."
visitor_id = "Number of the browser. NULL when not known."
customer_id = "Customer who did it, also where they were recognised only later. NULL when never."
occurred_at = "When it was done, in the warehouse's zone."
event_date = "Day on which it was done."
event_name = "What was done, such as product_view, add_to_cart, purchase."
source_event = "The source's own word for what was done, where event_name is other. NULL otherwise."
funnel_stage = "Stage of the funnel that the event reaches; sorts in its order. NULL when it is none, as for a search."
page = "Path of the page on which it was done. NULL when not known."
page_type = "What the page is for, such as category or cart. NULL when not known."
product_id = "Product that was seen, added or bought. NULL for events about none."
product_name = "Name of that product. NULL for events about none."
value = "Money that the event is about: the order's revenue for a purchase, price times quantity for an addition to the cart. NULL for all others."
event_properties = "What else is said of the event, as a JSON object, such as the element that was clicked or the seconds watched. NULL for most."
*/
SELECT
    event.event_id,
    event.session_id,
    event.visitor_id,
    main.known(customer.customer_id) AS customer_id,
    event.occurred_at,
    CAST(event.occurred_at AS DATE) AS event_date,
    event.event_name,
    event.source_event,
    event.funnel_stage,
    main.known(page.path) AS page,
    main.known(page.page_type) AS page_type,
    main.known(product.product_id) AS product_id,
    main.known(product.name) AS product_name,
    event.value,
    event.event_properties
FROM star.fact_event AS event
LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = event.visitor_id
LEFT JOIN star.dim_customer AS customer
    ON customer.customer_key = coalesce(nullif(event.customer_key, 0), visitor.customer_key)
LEFT JOIN star.dim_page AS page ON page.page_key = event.page_key
LEFT JOIN star.dim_product AS product ON product.product_key = event.product_key
