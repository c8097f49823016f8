/*
[params]
start = { type = "timestamp", doc = "First moment of the period, inclusive. Default: so many days before its end." }
until = { type = "timestamp", doc = "End of the period, exclusive. Default: the end of the day of the last order." }
days = { type = "int", min = 1, max = 3660, default = 28, doc = "Length of the period where start is not given; whole weeks hold each weekday as often." }
*/
{# Three windows as long as each other: the period, the one just before it, and the one 364 days before it, which has the same weekdays. #}
{% macro windows() %}
sales AS (
    SELECT *
    FROM star.fact_order
    WHERE main.is_sale(status)
),

sale_days AS (
    SELECT date_trunc('day', min(ordered_at)) AS first_at, date_trunc('day', max(ordered_at)) + INTERVAL 1 DAY AS last_until
    FROM sales
),

ends AS (
    SELECT coalesce($until, last_until) AS until_at, $start AS asked_start, first_at, last_until
    FROM sale_days
),

asked_period AS (
    SELECT coalesce(asked_start, until_at - to_days(CAST($days AS INTEGER))) AS start_at, until_at, first_at, last_until
    FROM ends
),

windows AS (
    SELECT 'now' AS window_name, start_at, until_at, first_at, last_until
    FROM asked_period
    WHERE CASE WHEN start_at >= until_at THEN error('start must be before until') ELSE true END
    UNION ALL
    SELECT 'before', start_at - (until_at - start_at), start_at, first_at, last_until
    FROM asked_period
    UNION ALL
    SELECT 'year_before', start_at - INTERVAL 364 DAY, until_at - INTERVAL 364 DAY, first_at, last_until
    FROM asked_period
)
{%- endmacro %}
