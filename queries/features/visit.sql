/*
question = "What was known of each visit a minute after it began, in figures that a model can learn from?"
doc = """
One row for each visit that began within days before as_of and held no order yet after its first seconds (60, if not asked otherwise; 0 is the landing): where it came from, on what, when, what this browser had done before, \
what it did in these seconds. The customer is known only where the browser had been identified before the visit began: the visit's own customer_key is often that of its order, and would give the answer away. Hold features/visit_outcome \
beside it, and a model learns who will buy: martlet model fit visit does."""
misleads = """
Visits with an order within the first seconds are left out, since nothing is left to foretell. Hours and weekdays are those of the warehouse's zone, not of the visitor's clock."""
grain = ["session_id"]
headline = ["session_id", "channel", "device_type", "landing_page_type", "visits_before", "orders_before", "product_views_so_far", "cart_additions_so_far"]
needs = ["star.fact_session"]

[chart]
kind = "scatter"
x = "visits_before"
y = "pages_so_far"

[finding]
text = "{known:percent} of {visits:count} visits came from a browser whose customer was known, {again:percent} from one seen before."
sql = "SELECT avg(is_known) AS known, count(*) AS visits, avg(CASE WHEN visits_before > 0 THEN 1 ELSE 0 END) AS again FROM answer HAVING count(*) > 0"

[columns]
session_id = "Visit, as in star.fact_session. No feature."
as_of = "The moment of asking. No feature."
started_at = "When the visit began. No feature."
hour = "Hour at which it began, 0 to 23."
weekday = "Day of the week on which it began, such as Monday."
channel = "Channel through which it came. NULL when not known."
campaign_type = "Kind of campaign through which it came. NULL without one."
device_type = "Kind of device. NULL when not known."
os = "Operating system of the device. NULL when not known."
browser = "Browser program. NULL when not known."
country = "Country of the visit. NULL when not known."
region = "State, province or region of the visit. NULL when not known."
landing_page_type = "Kind of the page on which it landed. NULL when not known."
visits_before = "Visits of the same browser that began before. NULL when the browser is not known."
visits_before_30d = "Visits of the same browser that began within the 30 days before. NULL when the browser is not known."
days_since_visit = "Elapsed days since the browser's visit before began. NULL without one."
furthest_before = "Stage of the funnel that the browser's visit before reached, where it was over. NULL without one."
is_known = "1 when the browser's customer had been identified before the visit began, else 0."
days_since_sign_up = "Elapsed days since the customer's account was opened. NULL when not known."
orders_before = "Sales of the customer before the visit began. NULL when the customer is not known."
days_since_order = "Elapsed days since the customer's last sale before. NULL without one."
pages_so_far = "Pages seen in the visit's first seconds, those of products included. NULL, as are all that follow, when no event of the visit is known."
product_views_so_far = "Products looked at in its first seconds."
searches_so_far = "Searches in its first seconds."
cart_additions_so_far = "Additions to the cart in its first seconds."
*/
{% from "features/_begun.sql" import begun %}
WITH {{ begun() }},

begun_browsers AS (
    SELECT DISTINCT visitor_id
    FROM begun_visits
    WHERE visitor_id IS NOT NULL
),

browser_visits AS (
    SELECT
        visit.session_id,
        count(*) OVER earlier AS visits_before,
        count(*) OVER lately AS visits_before_30d,
        max(visit.started_at) OVER earlier AS last_started_at,
        last_value(visit.furthest_stage) OVER earlier AS last_furthest,
        last_value(visit.started_at + to_seconds(visit.duration_seconds)) OVER earlier AS last_ended_at
    FROM star.fact_session AS visit
    INNER JOIN begun_browsers ON begun_browsers.visitor_id = visit.visitor_id
    CROSS JOIN asked
    WHERE visit.started_at < asked.as_of
    WINDOW
        earlier AS (
            PARTITION BY visit.visitor_id ORDER BY visit.started_at RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING
        ),
        lately AS (PARTITION BY visit.visitor_id ORDER BY visit.started_at RANGE BETWEEN INTERVAL 30 DAY PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING)
),

known_people AS (
    SELECT begun_visits.session_id, begun_visits.started_at, visitor.customer_key
    FROM begun_visits
    INNER JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = begun_visits.visitor_id
    WHERE visitor.customer_key <> 0 AND visitor.identified_at < begun_visits.started_at
),

orders_before AS (
    SELECT known_people.session_id, count(*) AS orders_before, max(orders.ordered_at) AS last_ordered_at
    FROM known_people
    INNER JOIN star.fact_order AS orders
        ON orders.customer_key = known_people.customer_key AND orders.ordered_at < known_people.started_at
    WHERE main.is_sale(orders.status)
    GROUP BY known_people.session_id
),

done_so_far AS (
    SELECT
        event.session_id,
        count(*) FILTER (WHERE event.event_name IN ('page_view', 'product_view')) AS pages_so_far,
        count(*) FILTER (WHERE event.event_name = 'product_view') AS product_views_so_far,
        count(*) FILTER (WHERE event.event_name = 'search') AS searches_so_far,
        count(*) FILTER (WHERE event.event_name = 'add_to_cart') AS cart_additions_so_far
    FROM star.fact_event AS event
    INNER JOIN begun_visits ON begun_visits.session_id = event.session_id
    WHERE event.occurred_at <= begun_visits.known_until
    GROUP BY event.session_id
)

SELECT
    visit.session_id,
    asked.as_of,
    visit.started_at,
    extract(hour FROM visit.started_at) AS hour,
    dayname(visit.started_at) AS weekday,
    nullif(channel.channel, '(unknown)') AS channel,
    nullif(campaign.campaign_type, '(unknown)') AS campaign_type,
    nullif(CAST(device.device_type AS VARCHAR), '(unknown)') AS device_type,
    nullif(device.os, '(unknown)') AS os,
    nullif(device.browser, '(unknown)') AS browser,
    nullif(place.country, '(unknown)') AS country,
    nullif(place.region, '(unknown)') AS region,
    nullif(CAST(landing.page_type AS VARCHAR), '(unknown)') AS landing_page_type,
    browser_visits.visits_before,
    browser_visits.visits_before_30d,
    main.elapsed_days(browser_visits.last_started_at, visit.started_at) AS days_since_visit,
    CASE WHEN browser_visits.last_ended_at < visit.started_at THEN CAST(browser_visits.last_furthest AS VARCHAR) END AS furthest_before,
    CASE WHEN known_people.session_id IS NULL THEN 0 ELSE 1 END AS is_known,
    CASE
        WHEN customer.signed_up_at < visit.started_at THEN main.elapsed_days(customer.signed_up_at, visit.started_at)
    END AS days_since_sign_up,
    CASE WHEN known_people.session_id IS NOT NULL THEN coalesce(orders_before.orders_before, 0) END AS orders_before,
    main.elapsed_days(orders_before.last_ordered_at, visit.started_at) AS days_since_order,
    done_so_far.pages_so_far,
    done_so_far.product_views_so_far,
    done_so_far.searches_so_far,
    done_so_far.cart_additions_so_far
FROM begun_visits AS visit
CROSS JOIN asked
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = visit.campaign_key
LEFT JOIN star.dim_device AS device ON device.device_key = visit.device_key
LEFT JOIN star.dim_geography AS place ON place.geography_key = visit.geography_key
LEFT JOIN star.dim_page AS landing ON landing.page_key = visit.landing_page_key
LEFT JOIN browser_visits ON browser_visits.session_id = visit.session_id
LEFT JOIN known_people ON known_people.session_id = visit.session_id
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = known_people.customer_key
LEFT JOIN orders_before ON orders_before.session_id = visit.session_id
LEFT JOIN done_so_far ON done_so_far.session_id = visit.session_id
ORDER BY visit.session_id
