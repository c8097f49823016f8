{# Attempts of units that come again: three walks along their steps, each a grouping of the events of one step. #}
{% import "funnel/_limits.sql" as limits with context %}
{% set last = steps_length %}

{# chained_attempts, of the units in chained_units. #}
{% macro chained() %}
chain_events AS (
    SELECT unit_events.unit_id, unit_events.moment, unit_events.fits
    FROM unit_events
    INNER JOIN sorted_units ON sorted_units.unit_id = unit_events.unit_id AND sorted_units.last_sorted = 0
    WHERE unit_events.fits & 255 <> 0 AND {{ limits.is_plain }}
),

chain_units AS (
    SELECT unit_id, first_1, steps_seen
    FROM sorted_units
    WHERE last_sorted = 0 AND {{ limits.is_plain }}
),

-- Forward from the first entry: the earliest moment at which all steps can be passed, whatever the window.
ahead_1 AS (
    SELECT unit_id, first_1 AS moment
    FROM chain_units
    WHERE steps_seen = array_length($steps)
),

{% for k in range(2, last + 1) %}
ahead_{{ k }} AS (
    SELECT later.unit_id, min(later.moment) AS moment
    FROM ahead_{{ k - 1 }} AS earlier
    INNER JOIN chain_events AS later ON later.unit_id = earlier.unit_id AND later.moment > earlier.moment
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY later.unit_id
),

{% endfor %}
-- Back from there, or from the last event of the furthest step that the unit knows: the last entry that leads there.
{% for k in range(last, 0, -1) %}
back_{{ k }} AS (
    {% if k > 1 %}
    SELECT unit_id, moment, moment AS arrived_at
    FROM ahead_{{ k }}
    WHERE array_length($steps) = {{ k }}
    {{ "UNION ALL" if k < last else "" }}
    {% endif %}
    {% if k < last %}
    SELECT earlier.unit_id, max(earlier.moment) AS moment, max(coalesce(later.arrived_at, earlier.moment)) AS arrived_at
    FROM (
        SELECT unit_id, moment, arrived_at FROM back_{{ k + 1 }}
        UNION ALL
        SELECT unit_id, {{ limits.never }} AS moment, CAST(NULL AS BIGINT) AS arrived_at FROM chain_units WHERE steps_seen = {{ k }} AND array_length($steps) > {{ k }}
    ) AS later
    INNER JOIN chain_events AS earlier ON earlier.unit_id = later.unit_id AND earlier.moment < later.moment
    WHERE earlier.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY earlier.unit_id
    {% endif %}
),

{% endfor %}
-- Where that entry lies within the window no other attempt can count.
chained_units AS (
    SELECT back_1.unit_id, back_1.moment AS entered_at, chain_units.steps_seen
    FROM back_1
    INNER JOIN chain_units ON chain_units.unit_id = back_1.unit_id
    WHERE back_1.arrived_at - back_1.moment <= {{ limits.window_length }}
),

-- And forward again, each step at its first chance.
on_1 AS (
    SELECT unit_id, entered_at AS moment, steps_seen
    FROM chained_units
),

{% for k in range(2, last + 1) %}
on_{{ k }} AS (
    SELECT later.unit_id, min(later.moment) AS moment, min(earlier.steps_seen) AS steps_seen
    FROM on_{{ k - 1 }} AS earlier
    INNER JOIN chain_events AS later ON later.unit_id = earlier.unit_id AND later.moment > earlier.moment
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0 AND earlier.steps_seen >= {{ k }}
    GROUP BY later.unit_id
),

{% endfor %}
chained_attempts AS (
    SELECT
        unit_id,
        max(step_number) AS last_step,
        min(CASE WHEN step_number = 1 THEN moment END) AS entered_at,
        {% for k in range(2, last + 1) %}
        min(CASE WHEN step_number = {{ k }} THEN moment END) AS reached_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM (
        {% for k in range(1, last + 1) %}
        SELECT unit_id, {{ k }} AS step_number, moment FROM on_{{ k }}
        {{ "" if loop.last else "UNION ALL" }}
        {% endfor %}
    ) AS passed
    GROUP BY unit_id
)
{%- endmacro %}
