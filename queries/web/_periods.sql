{# The first moment after the period that begins with a moment, a column. #}
{% macro end_of(moment) %}
CASE $period
            WHEN 'day' THEN {{ moment }} + INTERVAL 1 DAY
            WHEN 'week' THEN {{ moment }} + INTERVAL 7 DAY
            WHEN 'month' THEN {{ moment }} + INTERVAL 1 MONTH
            WHEN 'quarter' THEN {{ moment }} + INTERVAL 3 MONTH
            ELSE {{ moment }} + INTERVAL 1 YEAR
        END
{%- endmacro %}
