-- For each step, the entries from which it is reached, and the microseconds that it takes from the step before.
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

level_1 AS MATERIALIZED (
    SELECT unit_id, moment AS entered_at, moment AS reached_at, arg_min(session_id, event_id) AS session_id
    FROM events
    WHERE
        unit_id IS NOT NULL AND may_enter AND stage = list_extract($steps, 1)
    GROUP BY unit_id, moment
),

-- An event goes on from the latest attempt that reached the step before: an earlier one could do no better in the
-- window. Steps beyond the last are empty.
{% for k in range(2, 9) %}
level_{{ k }} AS MATERIALIZED (
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
){{ "" if loop.last else "," }}

{% endfor %}
