/*
[params]
period = { type = "choice", of = ["all", "year", "quarter", "month", "week", "day"], default = "all", doc = "Length of the periods; weeks begin on Monday." }
*/
{# The first day of the period that a day or moment, a column, lies in. #}
{% macro start_of(moment) %}
CASE $period WHEN 'all' THEN CAST(NULL AS DATE) ELSE CAST(date_trunc(CASE $period WHEN 'all' THEN 'day' ELSE $period END, {{ moment }}) AS DATE) END
{%- endmacro %}

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

{# How many periods one first day of a period lies after another. #}
{% macro periods_between(earlier, later) %}
CASE $period
            WHEN 'month' THEN
                (extract(year FROM {{ later }}) * 12 + extract(month FROM {{ later }}))
                - (extract(year FROM {{ earlier }}) * 12 + extract(month FROM {{ earlier }}))
            WHEN 'week' THEN date_diff('day', {{ earlier }}, {{ later }}) // 7
            ELSE date_diff('day', {{ earlier }}, {{ later }})
        END
{%- endmacro %}
