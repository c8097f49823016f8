{% import "_shared/periods.sql" as periods %}
{# All periods from the first order to today, and whether they are over. #}
{% macro calendar() %}
period_bounds AS (
    SELECT
        CAST({{ periods.start_of("first_at") }} AS TIMESTAMP) AS first_start,
        CAST({{ periods.start_of("today_at") }} AS TIMESTAMP) AS running_start,
        CASE $period
            WHEN 'week' THEN INTERVAL 7 DAY
            WHEN 'month' THEN INTERVAL 1 MONTH
            WHEN 'quarter' THEN INTERVAL 3 MONTH
            ELSE INTERVAL 1 YEAR
        END AS period_length
    FROM today
    WHERE first_at IS NOT NULL
),

starts AS (
    SELECT running_start, unnest(generate_series(first_start, running_start, period_length)) AS starts_at
    FROM period_bounds
),

calendar AS (
    SELECT CAST(starts_at AS DATE) AS period_start, starts_at < running_start AS complete
    FROM starts
)
{%- endmacro %}
