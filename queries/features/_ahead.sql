/*
[params]
as_of = { type = "timestamp", doc = "The moment of asking, as the features have it. Default: gap and horizon before the midnight after the last order or visit." }
gap = { type = "int", min = 0, max = 365, default = 7, doc = "Days after as_of that are left to act in, and do not count." }
horizon = { type = "int", min = 1, max = 3650, default = 90, doc = "Days after the gap that count." }
*/
{# The time that was to be foretold, one row: asked, with is_complete where the data go on to its end. Reads no other relation. #}
{% macro ahead() %}
last_moments AS (
    SELECT
        greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)) AS last_at
),

given_moments AS (
    SELECT
        date_trunc('day', last_at) + INTERVAL 1 DAY AS data_until,
        coalesce($as_of, date_trunc('day', last_at) + INTERVAL 1 DAY - to_days(CAST($gap + $horizon AS INTEGER))) AS as_of
    FROM last_moments
),

asked AS (
    SELECT
        given_moments.as_of,
        given_moments.as_of + to_days(CAST($gap AS INTEGER)) AS counted_from,
        given_moments.as_of + to_days(CAST($gap + $horizon AS INTEGER)) AS counted_until,
        given_moments.as_of + to_days(CAST($gap + $horizon AS INTEGER)) <= given_moments.data_until AS is_complete
    FROM given_moments
)
{%- endmacro %}
