/*
[params]
period = { type = "choice", of = ["all", "year", "quarter", "month", "week", "day"], default = "all", doc = "Length of the periods; weeks begin on Monday." }
*/
{# The first day of the period of an order; whoever dates something else puts its column in the place of ordered_at. #}
{% set period_start = "CASE $period WHEN 'all' THEN CAST(NULL AS DATE) ELSE CAST(date_trunc(CASE $period WHEN 'all' THEN 'day' ELSE $period END, ordered_at) AS DATE) END" %}
