/*
doc   = "A search on the site: what was typed, and how many products it found. Practice view: everything in one place, in plain words."
grain = ["search_id"]

[columns]
search_id = "Number of the search, as event_id in page_events."
session_id = "Visit in which it was done, as in customer_journeys. NULL when the source keeps no visits."
visitor_id = "Number of the browser. NULL when not known."
customer_id = "Customer who did it, also where they were recognised only later. NULL when never."
searched_at = "When it was done, in the warehouse's zone."
search_date = "Day on which it was done."
term = "What was typed, in small letters. NULL when not recorded."
results = "How many products were found. NULL when not recorded."
found_nothing = "Whether nothing was found. NULL when not recorded."
device = "Kind of device of the visit. NULL when not known."
has_order = "Whether the visit ended in a sale."
*/
WITH searches AS (
    SELECT
        event.*,
        nullif(regexp_extract(event.event_properties, '"term":"((?:[^"\\]|\\.)*)"', 1), '') AS term,
        CAST(nullif(regexp_extract(event.event_properties, '"results":([0-9]+)', 1), '') AS INTEGER) AS results
    FROM star.fact_event AS event
    WHERE event.event_name = 'search'
)

SELECT
    search.event_id AS search_id,
    search.session_id,
    search.visitor_id,
    main.known(customer.customer_id) AS customer_id,
    search.occurred_at AS searched_at,
    CAST(search.occurred_at AS DATE) AS search_date,
    search.term,
    search.results,
    search.results = 0 AS found_nothing,
    main.known(device.device_type) AS device,
    coalesce(visit.is_converted, false) AS has_order
FROM searches AS search
LEFT JOIN star.fact_session AS visit ON visit.session_id = search.session_id
LEFT JOIN star.dim_device AS device ON device.device_key = visit.device_key
LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = search.visitor_id
LEFT JOIN star.dim_customer AS customer
    ON customer.customer_key = coalesce(nullif(search.customer_key, 0), visitor.customer_key)
