/*
doc   = "Something done in a visit."
grain = ["event_id"]
watched = ["event_name", "value"]
at = "occurred_at"

[columns]
event_id = "Number of the event, given by the loader, stable from load to load."
session_id = "Visit in which it was done. NULL when the source keeps no visits."
visitor_id = "Browser in which it was done. NULL when not known."
customer_key = "Customer, if identified during the visit, else 0."
occurred_at = "When it was done, in the warehouse's zone. Events of one visit to which their source gives one moment are microseconds apart, in its order, else in that of the funnel."
date_key = "Day of occurred_at."
event_name = "What was done."
source_event = "The source's own word for what was done, where event_name is other. NULL otherwise."
funnel_stage = "Stage of the funnel that the event reaches. NULL when it is none, as for a search."
page_key = "Page on which it was done, or 0."
product_key = "Product that was seen, added or bought, or 0."
value = "Money that the event is about: the order's net revenue for a purchase, price times quantity for an addition to the cart. NULL for all others."
event_properties = "What else is said of the event, as a JSON object; NULL for most. A search has term (what was typed) and results (how many products were found); a click element; a video_play video, seconds (watched) and length; a form_submit form; an add_to_cart quantity; a product_view that follows a recommendation has from and position. Ask by json_extract_string(event_properties, '$.term'), which needs DuckDB's json extension, or without it by regexp_extract."
source_id = "The event id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_event (
    event_id BIGINT PRIMARY KEY,
    session_id BIGINT REFERENCES star.fact_session (session_id),
    visitor_id BIGINT REFERENCES star.bridge_visitor (visitor_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    occurred_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    event_name star.event_name NOT NULL DEFAULT 'page_view',
    source_event VARCHAR,
    funnel_stage star.funnel_stage,
    page_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_page (page_key),
    product_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_product (product_key),
    value DECIMAL(18, 2),
    event_properties VARCHAR,
    source_id VARCHAR
)
