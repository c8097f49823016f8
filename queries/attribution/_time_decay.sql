-- Time decay looks at the age of each touch, so each order has a path of its own.
timed_steps AS (
    SELECT
        order_id,
        node,
        row_number() OVER (PARTITION BY order_id ORDER BY name_order, moment, touchpoint_id) AS place,
        CAST(age - min(age) OVER (PARTITION BY order_id) AS DOUBLE) / 86400000000 AS days_before_last
    FROM steps
    WHERE order_id IS NOT NULL AND {{ ages_when }}
),

decayed AS (
    SELECT
        'time_decay' AS model,
        '(order ' || timed_steps.order_id || ')' AS path_id,
        timed_steps.place,
        {% set step_node = "timed_steps.node" %}
        {% include "attribution/_step_label.sql" %} AS label,
        known_nodes.channel,
        known_nodes.campaign_key,
        known_nodes.campaign_id,
        1 AS conversions,
        conversions.net_revenue AS revenue,
        CAST(NULL AS DOUBLE) AS effect,
        CAST(NULL AS DOUBLE) AS revenue_effect,
        power(2, -timed_steps.days_before_last / $half_life_days) AS weight
    FROM timed_steps
    INNER JOIN conversions ON conversions.order_id = timed_steps.order_id
    INNER JOIN known_nodes ON known_nodes.node = timed_steps.node % 1000000000
)
