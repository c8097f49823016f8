/*
[params]
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
*/
{# The order lines of the sales of the range. #}
{% macro lines() %}
lines AS (
    SELECT line.*
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    WHERE
        main.is_sale(placed.status)
        AND ($start IS NULL OR placed.ordered_at >= $start)
        AND ($until IS NULL OR placed.ordered_at < $until)
)
{%- endmacro %}
