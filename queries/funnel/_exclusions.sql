{# What an excluded event forbids to the gaps that it covers. #}
{% set last = steps_length %}

{# From rows with fits, rows with after_1, until_1 and so on, of each gap. #}
{% macro barred(rows) %}
-- Of each gap that an exclusion covers, the bit: an excluded event that takes the step after the gap is a step, and no exclusion.
marked AS (
    SELECT
        {{ rows }}.*,
        {% for gap in range(1, last) %}
        {{ "+ " if not loop.first }}CASE WHEN {{ rows }}.fits & rules.excluded_{{ gap }} <> 0 AND {{ rows }}.fits & {{ 2 ** gap }} = 0 THEN {{ 2 ** (gap - 1) }} ELSE 0 END
        {% endfor %}
        AS spoils
    FROM {{ rows }}
    CROSS JOIN rules
),

-- After which moment the step before must lie, so that nothing excluded comes between: an exclusion of the very moment comes first.
barred AS (
    SELECT
        marked.*,
        {% for gap in range(1, last) %}
        max(CASE WHEN spoils & {{ 2 ** (gap - 1) }} <> 0 THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_{{ gap }},
        min(CASE WHEN spoils & {{ 2 ** (gap - 1) }} <> 0 THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS until_{{ gap }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM marked
)
{%- endmacro %}
