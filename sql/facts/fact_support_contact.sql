/*
doc   = "A customer's contact with the service: about an order, or anything else. Complaints, late goods and faulty ones come before customers leave."
grain = ["support_contact_id"]
at = "opened_at"
open = ["first_response_minutes", "resolved_at", "satisfaction"]

[columns]
support_contact_id = "Number of the contact, given by the loader, stable from load to load."
customer_key = "Customer who asked, or 0."
order_id = "Order that it is about. NULL when it is about none."
opened_at = "When the customer asked, in the warehouse's zone."
date_key = "Day of opened_at."
channel = "How the customer asked: email, chat or phone."
reason = "What it is about, in the source's words. NULL when not given."
first_response_minutes = "Minutes until the first answer by a person. NULL when there was none by the end of the data."
resolved_at = "When the contact was closed, in the warehouse's zone. NULL when it is still open."
satisfaction = "How satisfied the customer was with the service, 1 (very dissatisfied) to 5 (very satisfied). NULL when not given."
source_id = "The contact's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_support_contact (
    support_contact_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    order_id BIGINT REFERENCES star.fact_order (order_id),
    opened_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    channel VARCHAR,
    reason VARCHAR,
    first_response_minutes INTEGER,
    resolved_at TIMESTAMP,
    satisfaction INTEGER,
    source_id VARCHAR
)
