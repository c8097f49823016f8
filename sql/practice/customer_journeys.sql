/*
doc   = "A visit to the site: where it came from, how far it went, what it brought. Practice view: everything in one place, in plain words."
grain = ["session_id"]

[columns]
session_id = "Number of the visit."
visitor_id = "Number of the browser. NULL when not known."
customer_id = "Customer who visited, also where they were recognised only later. NULL when never."
visited_at = "First moment of the visit, in the warehouse's zone."
visit_date = "Day of the visit."
traffic_source = "Channel through which the visit came. NULL when not known."
medium = "Medium of that channel. NULL when not known."
campaign_id = "Campaign through which the visit came. NULL when there was none."
campaign = "Name of that campaign. NULL when there was none."
device = "Kind of device: desktop, mobile, tablet, other. NULL when not known."
browser = "Browser. NULL when not known."
country = "Country of the visit. NULL when not known."
city = "City of the visit. NULL when not known."
landing_page = "Path of the first page. NULL when not known."
pages_viewed = "Number of pages seen."
minutes_on_site = "Minutes from the first to the last event of the visit."
time_on_site = "minutes_on_site by an older name."
funnel_stage = "Furthest stage that the visit reached: Homepage, Product Page, Add to Cart, Checkout, Purchase; sorts in this order."
bounced = "Whether nothing followed the first page."
converted = "Whether the visit ended in a sale."
purchase_value = "Net revenue of that order. NULL for visits without one."
*/
SELECT
    visit.session_id,
    visit.visitor_id,
    main.known(customer.customer_id) AS customer_id,
    visit.started_at AS visited_at,
    CAST(visit.started_at AS DATE) AS visit_date,
    main.known(channel.channel) AS traffic_source,
    main.known(channel.medium) AS medium,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign,
    main.known(device.device_type) AS device,
    main.known(device.browser) AS browser,
    main.known(place.country) AS country,
    main.known(place.city) AS city,
    main.known(page.path) AS landing_page,
    visit.page_views AS pages_viewed,
    CAST(visit.duration_seconds AS DOUBLE) / 60 AS minutes_on_site,
    CAST(visit.duration_seconds AS DOUBLE) / 60 AS time_on_site,
    visit.furthest_stage AS funnel_stage,
    visit.is_bounce AS bounced,
    visit.is_converted AS converted,
    CASE WHEN visit.is_converted THEN visit.revenue END AS purchase_value
FROM star.fact_session AS visit
LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
LEFT JOIN star.dim_customer AS customer
    ON customer.customer_key = coalesce(nullif(visit.customer_key, 0), visitor.customer_key)
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = visit.campaign_key
LEFT JOIN star.dim_device AS device ON device.device_key = visit.device_key
LEFT JOIN star.dim_geography AS place ON place.geography_key = visit.geography_key
LEFT JOIN star.dim_page AS page ON page.page_key = visit.landing_page_key
