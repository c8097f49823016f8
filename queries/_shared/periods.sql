/*
[params]
period = { type = "choice", of = ["all", "year", "quarter", "month", "week", "day"], default = "all", doc = "Length of the periods; weeks begin on Monday." }
*/
{# The first day of the period that a day or moment, a column, lies in. #}
{% macro start_of(moment) %}
CASE $period WHEN 'all' THEN CAST(NULL AS DATE) ELSE CAST(date_trunc(CASE $period WHEN 'all' THEN 'day' ELSE $period END, {{ moment }}) AS DATE) END
{%- endmacro %}
