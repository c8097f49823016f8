/*
[params]
loyal_orders = { type = "int", min = 2, max = 1000, default = 2, doc = "Orders from which on a customer is loyal." }
lapse_months = { type = "int", min = 1, max = 120, default = 6, doc = "Calendar months without a touch, a visit or an order, the running one included, after which a customer has lapsed." }
as_of = { type = "timestamp", doc = "Today: what comes later is unknown. Default: the last touch, visit or order." }
*/
{# The number of the calendar month of a moment. #}
{% macro month_of(moment) %}CAST(extract(year FROM {{ moment }}) * 12 + extract(month FROM {{ moment }}) - 1 AS BIGINT){% endmacro %}

{# What is known of customers: deeds. Each has a moment, and is a touch, a visit (that looked at a product or not) or a sale. #}
{% macro deeds() %}
deeds AS (
    SELECT
        coalesce(nullif(touch.customer_key, 0), visitor.customer_key) AS customer_key,
        touch.touched_at AS done_at,
        0 AS visits,
        CAST(NULL AS TIMESTAMP) AS considered_at,
        CAST(NULL AS TIMESTAMP) AS ordered_at,
        CAST(NULL AS BIGINT) AS order_id,
        CAST(NULL AS DECIMAL(18, 2)) AS revenue
    FROM star.fact_touchpoint AS touch
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = touch.visitor_id
    WHERE $as_of IS NULL OR touch.touched_at <= $as_of
    UNION ALL
    SELECT
        coalesce(nullif(visit.customer_key, 0), visitor.customer_key),
        visit.started_at,
        1,
        CASE WHEN visit.furthest_stage <> 'Homepage' THEN visit.started_at END,
        NULL,
        NULL,
        NULL
    FROM star.fact_session AS visit
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE $as_of IS NULL OR visit.started_at <= $as_of
    UNION ALL
    SELECT customer_key, ordered_at, 0, NULL, ordered_at, order_id, net_revenue
    FROM star.fact_order
    WHERE main.is_sale(status) AND ($as_of IS NULL OR ordered_at <= $as_of)
),

today AS (
    SELECT {{ month_of("moments.done_at") }} AS today_month, moments.done_at AS today_at
    FROM (
        SELECT coalesce($as_of, max(latest.done_at)) AS done_at
        FROM (
            SELECT max(touched_at) AS done_at FROM star.fact_touchpoint
            UNION ALL
            SELECT max(started_at) AS done_at FROM star.fact_session
            UNION ALL
            SELECT max(ordered_at) AS done_at FROM star.fact_order WHERE main.is_sale(status)
        ) AS latest
    ) AS moments
)
{%- endmacro %}

{# How far a customer has come, by what is known up to a moment. #}
{% macro stage_of(orders, considered) %}
CASE
            WHEN {{ orders }} >= $loyal_orders THEN 'loyalty'
            WHEN {{ orders }} >= 1 THEN 'purchase'
            WHEN {{ considered }} THEN 'consideration'
            ELSE 'awareness'
        END
{%- endmacro %}
