-- What is lost when nobody can pass through a step any more: the share of conversions, and of revenue.
{% include "attribution/_transitions.sql" %},

edges AS MATERIALIZED (
    SELECT
        from_state,
        CASE kind WHEN 'move' THEN to_state ELSE kind END AS to_state,
        CASE kind WHEN 'move' THEN to_node ELSE kind END AS to_node,
        CASE kind WHEN 'move' THEN probability ELSE revenue_rate END AS weight
    FROM transitions
    CROSS JOIN (VALUES ('move'), ('(revenue)')) AS kinds (kind)
    WHERE to_state <> '(null)' AND (kind = 'move' OR to_state = '(conversion)')
),

{% include "attribution/_removal_first_order.sql" %},

{% include "attribution/_removal_higher_orders.sql" %},

removal_effects AS MATERIALIZED (
    SELECT label, effect, revenue_effect
    FROM first_order
    UNION ALL
    SELECT label, effect, revenue_effect
    FROM higher_orders
)
