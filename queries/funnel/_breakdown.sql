/*
[params]
breakdown = { type = "choice", of = ["none", "channel", "campaign_type", "campaign", "device", "browser", "country", "landing_page"], default = "none", doc = "A property of the session in which the attempt entered, unless breakdown_at says otherwise." }
breakdown_at = { type = "choice", of = ["first", "last", "1", "2", "3", "4", "5", "6", "7", "8"], default = "first", doc = "Whose session the breakdown describes: that of the first step, of the last that was reached, or of the step of that number; who did not reach it is (not reached)." }
*/
{% set last = steps_length %}
{# Rows of attempts with the session of one of their steps, from the events of the units: of several events that could have been it, the one numbered first. #}
{% macro with_sessions(rows, events="unit_events") %}
step_asked AS (
    SELECT
        {{ rows }}.*,
        CASE
            WHEN $breakdown_at = 'first' THEN 1
            WHEN $breakdown_at = 'last' THEN last_step
            WHEN TRY_CAST($breakdown_at AS INTEGER) > array_length($steps)
                THEN error('breakdown_at is step ' || $breakdown_at || ', but there are ' || array_length($steps) || ' steps')
            ELSE TRY_CAST($breakdown_at AS INTEGER)
        END AS told_step
    FROM {{ rows }}
),

told_attempts AS (
    SELECT
        step_asked.*,
        CASE step_asked.told_step
            {% for k in range(1, last + 1) %}
            WHEN {{ k }} THEN step_asked.reached_{{ k }}
            {% endfor %}
        END AS told_at
    FROM step_asked
),

{% set bit = "255" if step_order == "unordered" else "CAST(power(2, told_step - 1) AS BIGINT)" %}
{% if is_installed %}
-- Sessions know themselves. Every moment of every unit, so that attempts are referred to once.
told_sessions AS (
    SELECT
        unit_id,
        moment,
        {% for k in range(1, last + 1) %}
        arg_min(session_id, CASE WHEN session_id IS NOT NULL AND fits & {{ "255" if step_order == "unordered" else 2 ** (k - 1) }} <> 0 THEN event_id END) AS session_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM {{ events }}
    WHERE fits <> 0 AND $breakdown <> 'none' AND $unit <> 'session'
    GROUP BY unit_id, moment
),

attempts_with_sessions AS (
    SELECT
        told_attempts.*,
        CASE
            WHEN $unit = 'session' AND told_attempts.told_at IS NOT NULL THEN told_attempts.unit_id
            ELSE CASE told_attempts.told_step {% for k in range(1, last + 1) %}WHEN {{ k }} THEN told_sessions.session_{{ k }} {% endfor %}END
        END AS session_id
    FROM told_attempts
    LEFT JOIN told_sessions
        ON told_sessions.unit_id = told_attempts.unit_id
        AND told_sessions.moment = told_attempts.told_at
)
{% else %}
-- Sessions know themselves.
told_sessions AS (
    SELECT event.unit_id, event.moment, told.told_step, arg_min(event.session_id, event.event_id) AS session_id
    FROM {{ events }} AS event
    INNER JOIN (
        SELECT unit_id, told_at, told_step, {{ bit }} AS bit
        FROM told_attempts
        WHERE $breakdown <> 'none' AND $unit <> 'session'
        GROUP BY unit_id, told_at, told_step
    ) AS told ON told.unit_id = event.unit_id AND told.told_at = event.moment AND event.fits & told.bit <> 0
    WHERE event.session_id IS NOT NULL
    GROUP BY event.unit_id, event.moment, told.told_step
),

attempts_with_sessions AS (
    SELECT
        told_attempts.*,
        CASE
            WHEN $unit = 'session' AND told_attempts.told_at IS NOT NULL THEN told_attempts.unit_id
            ELSE told_sessions.session_id
        END AS session_id
    FROM told_attempts
    LEFT JOIN told_sessions
        ON told_sessions.unit_id = told_attempts.unit_id
        AND told_sessions.moment = told_attempts.told_at
        AND told_sessions.told_step = told_attempts.told_step
)
{% endif %}
{%- endmacro %}

{# The value of the breakdown for rows that have a session_id. #}
{% macro described(rows) %}
sessions AS (
    SELECT session_id, channel_key, campaign_key, device_key, geography_key, landing_page_key
    FROM star.fact_session
    WHERE $breakdown <> 'none'
),

described AS (
    SELECT
        {{ rows }}.*,
        CASE
            WHEN $breakdown = 'none' THEN '(all)'
            WHEN {{ rows }}.told_at IS NULL THEN '(not reached)'
            WHEN $breakdown = 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN $breakdown = 'campaign_type' THEN coalesce(campaign.campaign_type, '(unknown)')
            WHEN $breakdown = 'campaign' THEN coalesce(campaign.name, '(unknown)')
            WHEN $breakdown = 'device' THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            WHEN $breakdown = 'browser' THEN coalesce(device.browser, '(unknown)')
            WHEN $breakdown = 'country' THEN coalesce(place.country, '(unknown)')
            ELSE coalesce(CAST(page.page_type AS VARCHAR), '(unknown)')
        END AS breakdown_value
    FROM {{ rows }}
    LEFT JOIN sessions AS session ON session.session_id = {{ rows }}.session_id
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = session.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = session.campaign_key
    LEFT JOIN star.dim_device AS device ON device.device_key = session.device_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = session.geography_key
    LEFT JOIN star.dim_page AS page ON page.page_key = session.landing_page_key
)
{%- endmacro %}
