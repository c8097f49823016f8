/*
[params]
as_of = { type = "timestamp", doc = "The moment of asking: only what was known strictly before it counts. Default: the midnight after the last order, visit or told figure." }
*/
{# The moment of asking, one row: asked. Reads no other relation. #}
{% macro asked() %}
last_moments AS (
    SELECT
        greatest(
            (SELECT max(ordered_at) FROM star.fact_order),
            (SELECT max(started_at) FROM star.fact_session),
            (SELECT CAST(max(snapshot_on) AS TIMESTAMP) FROM star.fact_customer_snapshot)
        ) AS last_at
),

asked AS (
    SELECT coalesce($as_of, date_trunc('day', last_at) + INTERVAL 1 DAY) AS as_of
    FROM last_moments
)
{%- endmacro %}
