/*
[params]
as_of = { type = "timestamp", doc = "The moment at which is recommended: later sales are unknown. Default: the last sale." }
*/
{# The end of what is known, exclusive. #}
{% macro today() %}
today AS (
    SELECT coalesce($as_of, latest.sold_at) + INTERVAL 1 MICROSECOND AS until_at
    FROM (SELECT max(ordered_at) AS sold_at FROM star.fact_order WHERE main.is_sale(status)) AS latest
)
{%- endmacro %}
