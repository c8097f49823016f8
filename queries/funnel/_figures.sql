{# Rows of described attempts, added up: a row a value and step. #}
{% macro figures(rows, last) %}
-- One pass over the attempts: a row per value, the steps side by side.
value_totals AS (
    SELECT
        breakdown_value,
        {% for k in range(1, last + 1) %}
        count(CASE WHEN last_step >= {{ k }} THEN 1 END) AS entered_{{ k }},
        count(CASE WHEN last_step = {{ k }} AND is_mature THEN 1 END) AS stopped_{{ k }},
        {{ "CAST(NULL AS DOUBLE)" if k == 1 else "CAST(sum(reached_%d - reached_%d) AS DOUBLE)" % (k, k - 1) }} AS taken_{{ k }},
        {{ "CAST(NULL AS DOUBLE)" if k == 1 else "median(reached_%d - reached_%d)" % (k, k - 1) }} AS median_{{ k }},
        {{ "CAST(NULL AS DOUBLE)" if k == 1 else "quantile_cont(reached_%d - reached_%d, 0.9)" % (k, k - 1) }} AS p90_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM (
        SELECT breakdown_value, last_step, is_mature, {% for k in range(1, last + 1) %}reached_{{ k }}{{ "" if loop.last else ", " }}{% endfor %}

        FROM {{ rows }}
        UNION ALL
        -- Where nobody entered, that is the answer.
        SELECT '(all)', 0, true{% for k in range(1, last + 1) %}, CAST(NULL AS BIGINT){% endfor %}

        FROM bounds
        WHERE $breakdown = 'none' AND last_at IS NOT NULL
    ) AS attempts_and_none
    GROUP BY breakdown_value
),

step_totals AS (
    SELECT
        value_totals.breakdown_value,
        numbers.step_number,
        {% for column in ["entered", "stopped", "taken", "median", "p90"] %}
        CASE numbers.step_number
            {% for k in range(1, last + 1) %}
            WHEN {{ k }} THEN value_totals.{{ column }}_{{ k }}
            {% endfor %}
        END AS {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM value_totals
    INNER JOIN (VALUES {% for k in range(1, last + 1) %}({{ k }}){{ "" if loop.last else ", " }}{% endfor %}) AS numbers (step_number)
        ON numbers.step_number <= array_length($steps)
),

step_comparisons AS (
    SELECT
        step_totals.*,
        coalesce(lead(entered) OVER (PARTITION BY breakdown_value ORDER BY step_number), entered) AS converted,
        lag(entered) OVER (PARTITION BY breakdown_value ORDER BY step_number) AS entered_before,
        first_value(entered) OVER (PARTITION BY breakdown_value ORDER BY step_number) AS entered_first,
        step_number = array_length($steps) AS is_last
    FROM step_totals
)
{%- endmacro %}
