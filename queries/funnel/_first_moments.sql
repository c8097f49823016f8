{# Units of which the first moments of their steps tell all: the greater part. #}
{% import "funnel/_limits.sql" as limits with context %}
{% set last = steps_length %}

{# sorted_units, of which those with last_sorted = 0 are for others to follow, and simple_attempts. #}
{% macro simple() %}
-- Most units pass each stage before the next begins, and then their first moments tell all: they need no more than one grouping.
firsts AS (
    SELECT
        unit_id,
        {% for k in range(1, last + 1) %}
        min(CASE WHEN fits & {{ 2 ** (k - 1) }} <> 0 THEN moment END) AS first_{{ k }},
        {% endfor %}
        max(CASE WHEN fits & 1 <> 0 THEN moment END) AS last_1,
        max(CASE WHEN fits & 2 <> 0 THEN moment END) AS last_2
    FROM unit_events
    WHERE fits & 255 <> 0
    GROUP BY unit_id
),

-- The last entry before the second step is the one that counts; 0 says that more must be known of the unit.
sorted_units AS (
    SELECT
        firsts.*,
        CASE
            WHEN NOT {{ limits.is_plain }} THEN 0
            WHEN first_2 IS NULL OR last_2 <= first_1 THEN 1
            WHEN last_1 >= first_2 THEN 0
            {% for k in range(3, last + 1) %}
            WHEN first_{{ k }} IS NULL THEN {{ k - 1 }}
            WHEN first_{{ k }} <= first_{{ k - 1 }} THEN 0
            {% endfor %}
            ELSE {{ last }}
        END AS last_sorted,
        CASE
            {% for k in range(2, last + 1) %}
            WHEN first_{{ k }} IS NULL THEN {{ k - 1 }}
            {% endfor %}
            ELSE {{ last }}
        END AS steps_seen
    FROM firsts
    WHERE first_1 IS NOT NULL
),

simple_attempts AS (
    SELECT
        unit_id,
        last_1 AS entered_at,
        CASE
            {% for k in range(last, 1, -1) %}
            WHEN last_sorted >= {{ k }} AND first_{{ k }} - last_1 <= {{ limits.window_length }} THEN {{ k }}
            {% endfor %}
            ELSE 1
        END AS last_step,
        {% for k in range(2, last + 1) %}
        CASE WHEN last_sorted >= {{ k }} AND first_{{ k }} - last_1 <= {{ limits.window_length }} THEN first_{{ k }} END AS reached_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM sorted_units
    WHERE last_sorted > 0
)
{%- endmacro %}
