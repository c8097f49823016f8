/*
[params]
start = { type = "timestamp", doc = "First moment of the orders, inclusive; days of spend that begin before it are left out. Default: all." }
until = { type = "timestamp", doc = "End of the orders and of the days of spend, exclusive. Default: all." }
conversions_per_customer = { type = "choice", of = ["all", "first"], default = "all", doc = "Every sale, or only each customer's first in the range. Orders of unknown customers all stay." }
*/
{% macro conversions() %}
-- Sales of the range; the one before may lie outside of it.
orders AS (
    SELECT
        order_id,
        customer_key,
        ordered_at,
        net_revenue,
        is_first_order,
        lag(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS previous_ordered_at
    FROM star.fact_order
    WHERE main.is_sale(status)
),

conversions AS MATERIALIZED (
    SELECT order_id, customer_key, ordered_at, net_revenue, is_first_order, previous_ordered_at
    FROM orders
    WHERE
        ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
    QUALIFY
        $conversions_per_customer = 'all'
        OR customer_key = 0
        OR row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) = 1
)
{%- endmacro %}

{# Reads journey_steps. #}
{% macro unattributed() %}
-- Orders of the range without an eligible touch.
unattributed AS (
    SELECT order_id, ordered_at, net_revenue, is_first_order
    FROM conversions
    WHERE order_id NOT IN (SELECT journey_id FROM journey_steps)
)
{%- endmacro %}
