/*
doc   = "A browser, known by the visitor id of its cookie, and the customer who turned out to use it. Rows with customer_key 0 in the facts find their person here."
grain = ["visitor_id"]
natural = ["source_id"]
plural = "visitors"
open = ["customer_key", "identified_at"]

[columns]
visitor_id = "Number of the browser, given by the loader, stable from load to load."
customer_key = "Customer who uses the browser, 0 until identified."
first_seen_at = "First moment at which the browser was seen, in the warehouse's zone. NULL when not known."
identified_at = "When the browser's user was first identified (sign-up, log-in, order, click in a mail), in the warehouse's zone. NULL until then."
source_id = "The visitor id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.bridge_visitor (
    visitor_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    first_seen_at TIMESTAMP,
    identified_at TIMESTAMP,
    source_id VARCHAR
)
