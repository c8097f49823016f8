/*
doc   = "A visit: what one browser did on the site without a break of half an hour. The channel is that of the visit's own source."
grain = ["session_id"]
watched = ["page_views", "duration_seconds", "channel_key", "furthest_stage", "is_converted"]
at = "started_at"
open = ["page_views", "duration_seconds", "is_bounce", "furthest_stage", "is_converted", "order_id", "revenue"]
open_where = "started_at >= $until - INTERVAL 3 DAY"

[columns]
session_id = "Number of the visit, given by the loader, stable from load to load."
visitor_id = "Browser that visited. NULL when not known."
customer_key = "Customer, if identified during the visit, else 0; bridge_visitor may know who it was."
started_at = "First moment of the visit, in the warehouse's zone."
date_key = "Day of started_at."
channel_key = "Channel through which the visit came."
campaign_key = "Campaign through which the visit came, or 0."
device_key = "Device of the visit."
geography_key = "Place of the visit."
landing_page_key = "First page of the visit."
page_views = "Number of pages seen."
duration_seconds = "Seconds from the first to the last event of the visit."
is_bounce = "Whether nothing followed the first page."
furthest_stage = "Furthest stage of the funnel that the visit reached. Homepage when no product was seen, whatever the page."
is_converted = "Whether the visit ended in a sale, an order that was paid and is not void; then order_id names it."
order_id = "Sale made in the visit, NULL when there is none. Orders refer to their session by a declared key; this way back is kept by a check."
revenue = "Net revenue of that sale, 0 when there is none."
source_id = "The session id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_session (
    session_id BIGINT PRIMARY KEY,
    visitor_id BIGINT REFERENCES star.bridge_visitor (visitor_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    started_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    device_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_device (device_key),
    geography_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_geography (geography_key),
    landing_page_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_page (page_key),
    page_views INTEGER NOT NULL DEFAULT 1,
    duration_seconds INTEGER NOT NULL DEFAULT 0,
    is_bounce BOOLEAN NOT NULL DEFAULT false,
    furthest_stage star.funnel_stage NOT NULL DEFAULT 'Homepage',
    is_converted BOOLEAN NOT NULL DEFAULT false,
    order_id BIGINT,
    revenue DECIMAL(18, 2) NOT NULL DEFAULT 0,
    source_id VARCHAR
)
