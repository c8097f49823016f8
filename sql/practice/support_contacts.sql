/*
doc   = "A customer's contact with the service. Practice view: everything in one place, in plain words."
grain = ["contact_id"]

[columns]
contact_id = "Number of the contact."
customer_id = "Customer who asked. NULL when not known."
order_id = "Order that it is about, as in orders. NULL when it is about none."
opened_at = "When the customer asked, in the warehouse's zone."
contact_date = "Day on which the customer asked."
channel = "How the customer asked: email, chat or phone. NULL when not known."
reason = "What it is about, in the source's words. NULL when not given."
first_response_minutes = "Minutes until the first answer. NULL when there was none by the end of the data."
resolved_at = "When it was closed, in the warehouse's zone. NULL when it is still open."
hours_to_resolve = "Hours from the question to the end. NULL when it is still open."
satisfaction = "How satisfied the customer was with the service, 1 to 5. NULL when not given."
*/
SELECT
    contact.support_contact_id AS contact_id,
    main.known(customer.customer_id) AS customer_id,
    contact.order_id,
    contact.opened_at,
    CAST(contact.opened_at AS DATE) AS contact_date,
    contact.channel,
    contact.reason,
    contact.first_response_minutes,
    contact.resolved_at,
    (epoch(contact.resolved_at) - epoch(contact.opened_at)) / 3600 AS hours_to_resolve,
    contact.satisfaction
FROM star.fact_support_contact AS contact
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = contact.customer_key
