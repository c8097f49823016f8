/*
[params]
start = { type = "timestamp", doc = "First moment of what counts, inclusive. Default: the day of the first sale." }
until = { type = "timestamp", doc = "End of what counts, exclusive. Default: the end of the day of the last sale or credit note." }
*/
{# The days, or months, of the range in which there are sales on record, and whether each lies in it whole; the last day with a sale or a credit note counts whole. #}
{% macro calendar(period) %}
bounds AS (
    SELECT
        date_trunc('day', min(CASE WHEN main.is_sale(status) THEN ordered_at END)) AS first_day,
        date_trunc('day', max(ordered_at)) + INTERVAL 1 DAY AS last_until,
        max(CASE WHEN main.is_sale(status) THEN customer_key END) > 0 AS customers_told
    FROM star.fact_order
    WHERE main.is_sale(status) OR status = 'credit_note'
),

asked AS (
    SELECT
        CASE WHEN $start > first_day THEN $start ELSE first_day END AS from_at,
        CASE WHEN $until < last_until THEN $until ELSE last_until END AS until_at,
        customers_told
    FROM bounds
),

period_starts AS (
    SELECT
        asked.*,
        unnest(generate_series(
            date_trunc('{{ period }}', from_at), until_at - INTERVAL 1 MICROSECOND, {{ "INTERVAL 1 DAY" if period == "day" else "INTERVAL 1 MONTH" }}
        )) AS starts_at
    FROM asked
    WHERE from_at < until_at
),

calendar AS (
    SELECT
        CAST(starts_at AS DATE) AS period_start,
        starts_at >= from_at AND starts_at + {{ "INTERVAL 1 DAY" if period == "day" else "INTERVAL 1 MONTH" }} <= until_at AS is_complete,
        customers_told
    FROM period_starts
)
{%- endmacro %}
