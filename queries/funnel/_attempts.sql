-- The attempt of each unit to pass the steps, one row a unit, with the microseconds that each step took.
asked AS (
    SELECT
        CASE
            WHEN array_length($steps) BETWEEN 2 AND 8 THEN array_length($steps)
            ELSE error('steps must name 2 to 8 stages')
        END AS step_count,
        CAST(round($window_hours * 3600000000) AS BIGINT) AS window_length,
        epoch_us(coalesce($as_of, latest.occurred_at)) AS today
    FROM (SELECT max(occurred_at) AS occurred_at FROM star.fact_event) AS latest
),

-- Empty but for customers, and then the join below costs nothing.
recognised AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE $unit = 'customer' AND customer_key <> 0
),

-- Moments are microseconds, so that windows are exact.
events AS (
    SELECT
        CASE $unit
            WHEN 'session' THEN event.session_id
            WHEN 'visitor' THEN event.visitor_id
            ELSE coalesce(nullif(event.customer_key, 0), visitor.customer_key)
        END AS unit_id,
        epoch_us(event.occurred_at) AS moment,
        event.funnel_stage AS stage,
        event.event_id,
        event.session_id,
        ($until IS NULL OR event.occurred_at < $until) AS may_enter
    FROM star.fact_event AS event
    LEFT JOIN recognised AS visitor
        ON visitor.visitor_id = CASE WHEN event.customer_key = 0 THEN event.visitor_id END
    WHERE
        event.funnel_stage IS NOT NULL
        AND ($start IS NULL OR event.occurred_at >= $start)
        AND ($as_of IS NULL OR event.occurred_at <= $as_of)
),

level_1 AS (
    SELECT unit_id, moment AS entered_at, moment AS reached_at, arg_min(session_id, event_id) AS session_id
    FROM events
    WHERE
        unit_id IS NOT NULL AND may_enter AND stage = list_extract($steps, 1)
    GROUP BY unit_id, moment
),

-- An event goes on from the latest attempt that reached the step before: an earlier one could do no better in the window.
-- Steps beyond the last are empty.
{% for k in range(2, 9) %}
level_{{ k }} AS (
    SELECT
        event.unit_id,
        attempt.entered_at,
        min(event.moment) AS reached_at,
        min(event.moment - attempt.reached_at) AS taken
    FROM events AS event
    ASOF INNER JOIN level_{{ k - 1 }} AS attempt
        ON event.unit_id = attempt.unit_id AND event.moment > attempt.reached_at
    CROSS JOIN asked
    WHERE event.stage = list_extract($steps, {{ k }}) AND event.moment - attempt.entered_at <= asked.window_length
    GROUP BY event.unit_id, attempt.entered_at
),

{% endfor %}
attempts AS (
    SELECT
        level_1.unit_id,
        level_1.entered_at,
        level_1.session_id,
        CAST(NULL AS BIGINT) AS taken_1,
        {% for k in range(2, 9) %}
        level_{{ k }}.taken AS taken_{{ k }},
        {% endfor %}
        CASE
            {% for k in range(8, 1, -1) %}
            WHEN level_{{ k }}.taken IS NOT NULL THEN {{ k }}
            {% endfor %}
            ELSE 1
        END AS last_step
    FROM level_1
    {% for k in range(2, 9) %}
    LEFT JOIN level_{{ k }}
        ON level_{{ k }}.unit_id = level_1.unit_id AND level_{{ k }}.entered_at = level_1.entered_at
    {% endfor %}
),

-- A later attempt reaches a step no sooner than an earlier one, so the first to complete is the earliest that does.
chosen AS (
    SELECT attempts.*, asked.step_count, attempts.entered_at + asked.window_length <= asked.today AS is_mature
    FROM attempts
    CROSS JOIN asked
    QUALIFY row_number() OVER (
        PARTITION BY attempts.unit_id
        ORDER BY
            attempts.last_step DESC,
            CASE WHEN attempts.last_step = asked.step_count THEN attempts.entered_at ELSE -attempts.entered_at END
    ) = 1
)
