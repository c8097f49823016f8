-- One attempt of each unit to pass the steps, with the microseconds that each step took.
bounds AS (
    SELECT
        CASE
            WHEN array_length($steps) BETWEEN 2 AND 8 THEN array_length($steps)
            ELSE error('steps must name 2 to 8 stages')
        END AS step_count,
        main.microseconds($window_hours / 24) AS window_length,
        epoch_us(coalesce($as_of, latest.occurred_at)) AS today
    FROM (SELECT max(occurred_at) AS occurred_at FROM star.fact_event) AS latest
),

-- Empty but for customers, and then the join below costs nothing.
known_visitors AS (
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
    LEFT JOIN known_visitors AS visitor
        ON visitor.visitor_id = CASE WHEN event.customer_key = 0 THEN event.visitor_id END
    WHERE
        event.funnel_stage IS NOT NULL
        AND ($start IS NULL OR event.occurred_at >= $start)
        AND ($as_of IS NULL OR event.occurred_at <= $as_of)
),

level_1 AS (
    SELECT
        events.unit_id,
        events.moment AS entered_at,
        arg_min(events.session_id, events.event_id) AS session_id,
        min(bounds.window_length) AS window_length,
        events.moment AS reached_at
    FROM events
    CROSS JOIN bounds
    WHERE events.unit_id IS NOT NULL AND events.may_enter AND events.stage = list_extract($steps, 1)
    GROUP BY events.unit_id, events.moment
),

-- The first later event of the next stage. A step that is not reached lies at the end of time, so that none follows it
-- (DuckDB 1.1 would match a NULL). Steps beyond those asked for have a stage that no event has: where DuckDB 1.2 to 1.4
-- can tell beforehand that there is no event to join, as with a NULL, they drop the attempts as well.
{% for k in range(2, 9) %}
level_{{ k }} AS (
    SELECT
        attempt.unit_id,
        attempt.entered_at,
        attempt.session_id,
        attempt.window_length,
        {% for passed in range(2, k) %}
        attempt.taken_{{ passed }},
        {% endfor %}
        CASE
            WHEN event.moment - attempt.entered_at <= attempt.window_length THEN event.moment - attempt.reached_at
        END AS taken_{{ k }},
        CASE
            WHEN event.moment - attempt.entered_at <= attempt.window_length THEN event.moment
            ELSE 9223372036854775807
        END AS reached_at
    FROM level_{{ k - 1 }} AS attempt
    ASOF LEFT JOIN (
        SELECT unit_id, moment
        FROM events
        WHERE stage = coalesce(list_extract($steps, {{ k }}), '(none)')
    ) AS event
        ON event.unit_id = attempt.unit_id AND event.moment > attempt.reached_at
),

{% endfor %}
attempts AS (
    SELECT
        level_8.*,
        CAST(NULL AS BIGINT) AS taken_1,
        entered_at{% for k in range(2, 9) %} + coalesce(taken_{{ k }}, 0){% endfor %} AS ended_at,
        CASE
            {% for k in range(8, 1, -1) %}
            WHEN taken_{{ k }} IS NOT NULL THEN {{ k }}
            {% endfor %}
            ELSE 1
        END AS last_step
    FROM level_8
),

counted_attempts AS (
    SELECT attempts.*, attempts.entered_at + attempts.window_length <= bounds.today AS is_mature
    FROM attempts
    CROSS JOIN bounds
    QUALIFY row_number() OVER (
        PARTITION BY attempts.unit_id
        ORDER BY
            attempts.last_step DESC,
            CASE WHEN attempts.last_step = bounds.step_count THEN attempts.ended_at END,
            attempts.entered_at DESC
    ) = 1
)
