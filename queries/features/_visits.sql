{# What each customer did on the site before the moment of asking: visit_sums, event_sums. A browser tells of a customer only from the moment at
   which it was identified. Reads asked. #}
{% macro visits() %}
browsers AS (
    SELECT visitor.visitor_id, visitor.customer_key
    FROM star.bridge_visitor AS visitor
    CROSS JOIN asked
    WHERE visitor.customer_key <> 0 AND visitor.identified_at < asked.as_of
),

visit_sums AS (
    SELECT
        coalesce(nullif(visit.customer_key, 0), browsers.customer_key) AS customer_key,
        count(*) AS visits,
        count(*) FILTER (WHERE main.elapsed_days(visit.started_at, asked.as_of) <= 30) AS visits_30d,
        count(*) FILTER (WHERE main.elapsed_days(visit.started_at, asked.as_of) <= 90) AS visits_90d,
        count(*) FILTER (WHERE main.elapsed_days(visit.started_at, asked.as_of) <= 365) AS visits_365d,
        min(main.elapsed_days(visit.started_at, asked.as_of)) AS days_since_visit,
        main.ratio(count(*) FILTER (WHERE device.device_type = 'mobile'), count(*)) AS mobile_share
    FROM star.fact_session AS visit
    CROSS JOIN asked
    LEFT JOIN browsers ON browsers.visitor_id = visit.visitor_id
    LEFT JOIN star.dim_device AS device ON device.device_key = visit.device_key
    WHERE visit.started_at < asked.as_of
    GROUP BY 1
),

event_sums AS (
    SELECT
        coalesce(nullif(event.customer_key, 0), browsers.customer_key) AS customer_key,
        count(*) FILTER (WHERE event.event_name = 'page_view') AS page_views_90d,
        count(*) FILTER (WHERE event.event_name = 'product_view') AS product_views_90d,
        count(*) FILTER (WHERE event.event_name = 'add_to_cart') AS cart_additions_90d,
        count(*) FILTER (WHERE event.event_name = 'begin_checkout') AS checkouts_90d,
        count(*) FILTER (WHERE event.event_name = 'search') AS searches_90d
    FROM star.fact_event AS event
    CROSS JOIN asked
    LEFT JOIN browsers ON browsers.visitor_id = event.visitor_id
    WHERE event.occurred_at < asked.as_of AND main.elapsed_days(event.occurred_at, asked.as_of) <= 90
    GROUP BY 1
)
{%- endmacro %}
