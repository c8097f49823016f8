/*
[params]
start = { type = "timestamp", doc = "First moment of the orders, inclusive; days of spend that begin before it are left out. Default: all." }
until = { type = "timestamp", doc = "End of the orders and of the days of spend, exclusive. Default: all." }
conversions_per_customer = { type = "choice", of = ["all", "first"], default = "all", doc = "Every sale, or only each customer's first in the range. Orders of unknown customers all stay." }
*/
{% macro conversions() %}
-- Who ordered without a name is known by the browser of the visit in which they did.
visitor_orders AS (
    SELECT
        placed.order_id,
        visitor.customer_key,
        CASE WHEN visitor.customer_key = 0 THEN visitor.visitor_id END AS anonymous_id
    FROM star.fact_order AS placed
    INNER JOIN star.fact_session AS visit ON visit.session_id = placed.session_id
    INNER JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE placed.customer_key = 0
),

sales AS (
    SELECT
        placed.order_id,
        coalesce(visitor_orders.customer_key, placed.customer_key) AS customer_key,
        visitor_orders.anonymous_id,
        placed.ordered_at,
        placed.net_revenue,
        placed.is_first_order
    FROM star.fact_order AS placed
    LEFT JOIN visitor_orders ON visitor_orders.order_id = placed.order_id
    WHERE main.is_sale(placed.status)
),

-- Sales of the range; the one before may lie outside of it.
orders AS (
    SELECT
        *,
        lag(ordered_at) OVER (PARTITION BY customer_key, anonymous_id ORDER BY ordered_at, order_id) AS previous_ordered_at
    FROM sales
),

conversions AS MATERIALIZED (
    SELECT order_id, customer_key, anonymous_id, ordered_at, net_revenue, is_first_order, previous_ordered_at
    FROM orders
    WHERE
        ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
    QUALIFY
        $conversions_per_customer = 'all'
        OR (customer_key = 0 AND anonymous_id IS NULL)
        OR row_number() OVER (PARTITION BY customer_key, anonymous_id ORDER BY ordered_at, order_id) = 1
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
