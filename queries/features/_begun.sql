/*
[params]
as_of = { type = "timestamp", doc = "The moment of asking: only what was known strictly before it counts. Default: the midnight after the last order or visit." }
days = { type = "int", min = 1, max = 3650, default = 30, doc = "Visits that began within so many days before as_of." }
seconds = { type = "int", min = 0, max = 86400, default = 60, doc = "How long a visit had run when it is asked: what it did later is not known yet. 0 is its landing." }
*/
{# The visits that had run for some seconds without an order, one row each with the moment at which it is asked, at most that of asking: asked,
   begun_visits. Reads no other relation. #}
{% macro begun() %}
last_moments AS (
    SELECT greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)) AS last_at
),

asked AS (
    SELECT coalesce($as_of, date_trunc('day', last_at) + INTERVAL 1 DAY) AS as_of
    FROM last_moments
),

all_begun AS (
    SELECT
        visit.session_id,
        visit.visitor_id,
        visit.started_at,
        CASE
            WHEN visit.started_at + to_seconds($seconds) < asked.as_of THEN visit.started_at + to_seconds($seconds)
            ELSE asked.as_of - INTERVAL 1 MICROSECOND
        END AS known_until,
        visit.channel_key,
        visit.campaign_key,
        visit.device_key,
        visit.geography_key,
        visit.landing_page_key,
        visit.furthest_stage
    FROM star.fact_session AS visit
    CROSS JOIN asked
    WHERE visit.started_at >= asked.as_of - to_days(CAST($days AS INTEGER)) AND visit.started_at < asked.as_of
),

ordered_so_far AS (
    SELECT orders.session_id
    FROM star.fact_order AS orders
    INNER JOIN all_begun ON all_begun.session_id = orders.session_id
    WHERE orders.ordered_at >= all_begun.started_at AND orders.ordered_at <= all_begun.known_until
    GROUP BY orders.session_id
),

begun_visits AS (
    SELECT all_begun.*
    FROM all_begun
    LEFT JOIN ordered_so_far ON ordered_so_far.session_id = all_begun.session_id
    WHERE ordered_so_far.session_id IS NULL
)
{%- endmacro %}
