/*
[params]
from_stage = { type = "choice", of = ["Homepage", "Product Page", "Add to Cart", "Checkout"], default = "Homepage", doc = "The stage at which sessions are counted: those whose furthest stage is this one or a later one." }
to_stage = { type = "choice", of = ["Product Page", "Add to Cart", "Checkout", "Purchase"], default = "Purchase", doc = "The stage that they should reach." }
start = { type = "timestamp", doc = "First moment of the sessions, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the sessions, exclusive. Default: all." }
*/
{% set stages = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"] %}
{% macro number_of(stage) %}
CASE {{ stage }} {% for word in stages %}WHEN '{{ word }}' THEN {{ loop.index }} {% endfor %}END
{%- endmacro %}

{# Sessions that reached from_stage, whether they reached to_stage, and the keys of what is known of them. #}
{% macro entered() %}
entered AS (
    SELECT
        session.session_id,
        session.channel_key,
        session.device_key,
        session.geography_key,
        session.landing_page_key,
        CASE
            WHEN session.visitor_id IS NULL OR visitor.first_seen_at IS NULL THEN '(unknown)'
            WHEN visitor.first_seen_at < session.started_at THEN 'returning'
            ELSE 'new'
        END AS visitor,
        CASE WHEN {{ number_of("session.furthest_stage") }} >= {{ number_of("$to_stage") }} THEN 1 ELSE 0 END AS has_reached
    FROM star.fact_session AS session
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = session.visitor_id
    WHERE
        {{ number_of("session.furthest_stage") }} >= CASE
            WHEN {{ number_of("$from_stage") }} < {{ number_of("$to_stage") }} THEN {{ number_of("$from_stage") }}
            ELSE error('from_stage must lie before to_stage')
        END
        AND ($start IS NULL OR session.started_at >= $start)
        AND ($until IS NULL OR session.started_at < $until)
)
{%- endmacro %}

{# A row for each kind of segment and its value, from rows with the keys and a count of each. #}
{% macro segments(rows) %}
-- One pass for all kinds: a set of rows for each key.
by_key AS (
    SELECT
        channel_key,
        device_key,
        geography_key,
        landing_page_key,
        visitor,
        grouping(channel_key) AS no_channel,
        grouping(device_key) AS no_device,
        grouping(geography_key) AS no_geography,
        grouping(landing_page_key) AS no_page,
        grouping(visitor) AS no_visitor,
        count(*) AS sessions,
        sum(has_reached) AS reached
    FROM {{ rows }}
    GROUP BY GROUPING SETS ((channel_key), (device_key), (geography_key), (landing_page_key), (visitor))
),

named AS (
    SELECT
        CASE
            WHEN by_key.no_channel = 0 THEN 'channel'
            WHEN by_key.no_device = 0 THEN 'device'
            WHEN by_key.no_geography = 0 THEN 'country'
            WHEN by_key.no_page = 0 THEN 'landing_page'
            ELSE 'visitor'
        END AS property,
        CASE
            WHEN by_key.no_channel = 0 THEN coalesce(channel.channel, '(unknown)')
            WHEN by_key.no_device = 0 THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            WHEN by_key.no_geography = 0 THEN coalesce(place.country, '(unknown)')
            WHEN by_key.no_page = 0 THEN coalesce(page.path, '(unknown)')
            ELSE by_key.visitor
        END AS value,
        by_key.sessions,
        by_key.reached
    FROM by_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = by_key.channel_key
    LEFT JOIN star.dim_device AS device ON device.device_key = by_key.device_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = by_key.geography_key
    LEFT JOIN star.dim_page AS page ON page.page_key = by_key.landing_page_key
),

segments AS (
    SELECT property, value, CAST(sum(sessions) AS BIGINT) AS sessions, CAST(sum(reached) AS BIGINT) AS reached
    FROM named
    GROUP BY property, value
)
{%- endmacro %}
