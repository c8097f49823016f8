{# The events of the units, with the bits of the steps and exclusions that they fit: what all ways through the steps begin with. #}
{% import "funnel/_steps.sql" as asked with context %}
{% import "funnel/_limits.sql" as limits with context %}
{% set entry_bits = "255" if step_order == "unordered" else "1" %}

{# unit_events: unit_id, session_id, event_id, product_key, moment, fits; in any order also may_enter. With cohorts, periods that are told by
   expressions over fitted_events.moment (number, NULL for none, begins, ends) and a relation of one row that these read (told_by, defined in CTEs), each unit is one of its own in each period in which it enters. #}
{% macro of_units(cohorts) %}
{{ asked.conditions() }},

bounds AS (
    SELECT
        epoch_us(coalesce($as_of, ends.last_at)) AS today,
        epoch_us(ends.last_at) AS last_at,
        epoch_us(CAST(CAST(ends.first_at AS DATE) AS TIMESTAMP)) AS first_day
    FROM (SELECT max(occurred_at) AS last_at, min(occurred_at) AS first_at FROM star.fact_event) AS ends
),

-- Empty but for customers, and then joining it costs nothing.
known_visitors AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE $unit = 'customer' AND customer_key <> 0
),

-- Not materialized: each reader takes the few columns that it needs.
{{ "fitted_events" if cohorts else "unit_events" }} AS NOT MATERIALIZED (
    SELECT fitted.*
    FROM (
        SELECT
            CASE $unit
                WHEN 'session' THEN event.session_id
                WHEN 'visitor' THEN event.visitor_id
                ELSE coalesce(nullif(event.customer_key, 0), visitor.customer_key)
            END AS unit_id,
            event.session_id,
            event.event_id,
            event.product_key,
            epoch_us(event.occurred_at) AS moment,
            {% if step_order == "unordered" %}
            $until IS NULL OR event.occurred_at < $until AS may_enter,
            {{ asked.bits() }} AS fits
            {% else %}
            -- From until on, nothing is an entry.
            ({{ asked.bits() }}) & CASE WHEN $until IS NULL OR event.occurred_at < $until THEN rules.all_bits ELSE rules.all_bits - 1 END AS fits
            {% endif %}
        FROM star.fact_event AS event
        CROSS JOIN rules
        LEFT JOIN named_pages AS named_page ON named_page.page_key = event.page_key
        LEFT JOIN named_products AS named_product ON named_product.product_key = event.product_key
        LEFT JOIN named_events AS named_event ON named_event.word = event.source_event
        LEFT JOIN known_visitors AS visitor
            ON visitor.visitor_id = CASE WHEN event.customer_key = 0 THEN event.visitor_id END
        WHERE
            ($start IS NULL OR event.occurred_at >= $start)
            AND ($as_of IS NULL OR event.occurred_at <= $as_of)
    ) AS fitted
    WHERE fitted.unit_id IS NOT NULL
){{ "," if cohorts else "" }}

{% if cohorts %}
{{ in_cohorts(cohorts) }}
{% endif %}
{%- endmacro %}

{% macro in_cohorts(cohorts) %}
{{ cohorts.defined }}
entered_cohorts AS (
    SELECT unit_id, cohort, min(begins) AS begins, min(ends) AS ends
    FROM (
        SELECT fitted_events.unit_id, {{ cohorts.number }} AS cohort, {{ cohorts.begins }} AS begins, {{ cohorts.ends }} AS ends
        FROM fitted_events
        CROSS JOIN {{ cohorts.told_by }}
        WHERE fitted_events.fits & {{ entry_bits }} <> 0{{ " AND fitted_events.may_enter" if step_order == "unordered" else "" }}
    ) AS entering
    WHERE cohort IS NOT NULL
    GROUP BY unit_id, cohort
),

-- What a unit does from the beginning of the period to a window after its end, when nothing is an entry any more.
unit_events AS (
    SELECT
        fitted_events.unit_id * 100000 + entered_cohorts.cohort AS unit_id,
        fitted_events.session_id,
        fitted_events.event_id,
        fitted_events.product_key,
        fitted_events.moment,
        {% if step_order == "unordered" %}
        fitted_events.may_enter AND fitted_events.moment < entered_cohorts.ends AS may_enter,
        fitted_events.fits
        {% else %}
        fitted_events.fits & CASE WHEN fitted_events.moment < entered_cohorts.ends THEN 4095 ELSE 4094 END AS fits
        {% endif %}
    FROM fitted_events
    INNER JOIN entered_cohorts
        ON entered_cohorts.unit_id = fitted_events.unit_id
        AND fitted_events.moment >= entered_cohorts.begins
        AND fitted_events.moment - entered_cohorts.ends < {{ limits.window_length }}
)
{%- endmacro %}

{# What must be alike at all steps is a number of its own: the same for all events where nothing must be. #}
{% macro held(events, name, others="") %}
held_sessions AS (
    SELECT
        session.session_id,
        CASE $hold_constant
            WHEN 'channel' THEN session.channel_key
            WHEN 'campaign' THEN session.campaign_key
            WHEN 'device' THEN device.same_type
            WHEN 'browser' THEN device.same_browser
            WHEN 'country' THEN place.same_country
        END AS held
    FROM star.fact_session AS session
    LEFT JOIN (
        SELECT
            device_key,
            min(device_key) OVER (PARTITION BY device_type) AS same_type,
            min(device_key) OVER (PARTITION BY browser) AS same_browser
        FROM star.dim_device
    ) AS device ON device.device_key = session.device_key
    LEFT JOIN (
        SELECT geography_key, min(geography_key) OVER (PARTITION BY country) AS same_country
        FROM star.dim_geography
    ) AS place ON place.geography_key = session.geography_key
    WHERE $hold_constant NOT IN ('none', 'session', 'product', 'category')
),

held_products AS (
    SELECT
        product_key,
        CASE $hold_constant WHEN 'product' THEN product_key ELSE min(product_key) OVER (PARTITION BY category) END AS held
    FROM star.dim_product
    WHERE $hold_constant IN ('product', 'category')
),

{{ name }} AS (
    SELECT
        event.unit_id,
        CAST(coalesce(CASE WHEN $hold_constant = 'session' THEN event.session_id END, session.held, product.held, 0) AS BIGINT) AS held,
        event.session_id,
        event.event_id,
        event.moment,
        {{ others }}
        event.fits
    FROM {{ events }} AS event
    LEFT JOIN held_sessions AS session ON session.session_id = event.session_id
    LEFT JOIN held_products AS product ON product.product_key = event.product_key
)
{%- endmacro %}
