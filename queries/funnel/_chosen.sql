{# From the arrivals at steps, the attempts, and of each unit's attempts those that count. #}
{% import "funnel/_limits.sql" as limits with context %}
{% set last = steps_length %}

{# chosen: unit_id, held, entry_place, last_step, reached_1, reached_2 and so on. #}
{% macro of_levels() %}
step_arrivals AS (
    SELECT
        unit_id,
        held,
        entry_place,
        step_number,
        min(moment) AS moment,
        {% for j in range(2, last + 1) %}
        min(at_{{ j }}) AS at_{{ j }},
        {% endfor %}
        -- The next excluded event after the last arrival at a step is the greatest of those after each arrival.
        max(coalesce(spoilt_at, {{ limits.never }})) AS spoilt_at
    FROM levels
    GROUP BY unit_id, held, entry_place, step_number
),

-- A step is passed when it can be, on the way to the furthest one: the later of its own first arrival and of those that the later steps ask for.
exact_attempts AS (
    SELECT
        unit_id,
        held,
        entry_place,
        max(step_number) AS last_step,
        {{ "entry_place" if step_order == "ordered" else "min(CASE WHEN step_number = 1 THEN moment END)" }} AS reached_1,
        {% for j in range(2, last + 1) %}
        max(at_{{ j }}) AS reached_{{ j }},
        {% endfor %}
        min(CASE WHEN step_number = array_length($steps) THEN moment END) AS completed_at{{ "," if limits.has_exclusions else "" }}
        {% if limits.has_exclusions %}
        arg_max(spoilt_at, step_number) AS spoilt_at
        {% endif %}
    FROM step_arrivals
    GROUP BY unit_id, held, entry_place
),

{% if limits.has_exclusions %}
-- Those still on their way when an excluded event came.
excluded AS (
    SELECT exact_attempts.*, completed_at IS NULL AND spoilt_at - reached_1 <= {{ limits.window_length }} AS is_excluded
    FROM exact_attempts
),

{% endif %}
ranked AS (
    SELECT
        attempt.*,
        row_number() OVER (
            PARTITION BY attempt.unit_id
            ORDER BY
                attempt.last_step DESC,
                {% if limits.has_exclusions %}
                attempt.is_excluded,
                {% endif %}
                attempt.completed_at,
                attempt.reached_1 DESC,
                attempt.entry_place DESC,
                {% for k in range(2, last + 1) %}
                attempt.reached_{{ k }},
                {% endfor %}
                attempt.held
        ) AS rank
    FROM {{ "excluded" if limits.has_exclusions else "exact_attempts" }} AS attempt
),

-- A unit that got furthest by excluded attempts alone counts nowhere, not even by lesser ones.
chosen AS (
    SELECT *
    FROM ranked
    WHERE ($count = 'totals' OR rank = 1){{ " AND NOT is_excluded" if limits.has_exclusions else "" }}
)
{%- endmacro %}
