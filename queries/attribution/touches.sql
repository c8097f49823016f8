/*
question = "How is each order shared out among the touches before it?"
doc = """
One row for each order, each touch on its path and each model, with the touch's weight: the weights of an order sum to 1. An order \
without an eligible touch has one row of its own, of weight 1, without a touch. Sums over these rows are what attribution/channels \
says, but for markov: that model shares out all orders at once and knows no single one, so here each order is shared in the \
ratio of what is lost without each of its channels. A weight is a convention, not a measurement: no model can know which \
touch decided a single order. With path_transform, only the touches that stay on the path have rows."""
grain = ["model", "order_id", "touchpoint_id"]

[columns]
model = "Model that gives the weight."
order_id = "Order, as in star.fact_order."
touchpoint_id = "Touch, as in star.fact_touchpoint. NULL for an order without an eligible touch."
place = "Number of the touch on the path, from 1. NULL without a touch."
path_length = "Touches on the path."
channel = "Channel of the touch, or (unattributed)."
step = "Name of the step, as models tell steps apart: the channel, or the campaign in its channel, or channel(n) after the transform frequency."
days_before = "Elapsed days from the touch to the order, with fraction. NULL without a touch."
weight = "Share of the order that the touch is credited with."
revenue = "The same share of its net revenue, not rounded."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% from "attribution/_breakdown.sql" import dimension %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_weights.sql" %},

{% include "attribution/_unattributed.sql" %},

{% include "attribution/_order_paths.sql" %},

-- The places come after the join: left to itself, DuckDB joins weights by place first, which is every touch with every path.
placed AS (
    SELECT
        order_paths.order_id,
        order_paths.path_id,
        array_length(order_paths.nodes) AS path_length,
        order_paths.net_revenue,
        steps.touchpoint_id,
        steps.age,
        row_number() OVER (
            PARTITION BY order_paths.order_id, order_paths.path_id
            ORDER BY steps.name_order, steps.moment, steps.touchpoint_id
        ) AS place
    FROM steps
    INNER JOIN order_paths ON order_paths.order_id = steps.order_id
),

found AS (
    SELECT
        weights.model,
        placed.order_id,
        placed.touchpoint_id,
        CAST(placed.place AS BIGINT) AS place,
        CAST(placed.path_length AS BIGINT) AS path_length,
        weights.channel,
        weights.label AS step,
        CAST(placed.age AS DOUBLE) / 86400000000 AS days_before,
        CAST(weights.credit AS DOUBLE) AS weight,
        CAST(weights.credit * placed.net_revenue AS DOUBLE) AS revenue
    FROM placed
    INNER JOIN weights ON weights.path_id = placed.path_id AND weights.place = placed.place
    UNION ALL
    SELECT
        asked.model, unattributed.order_id, NULL, NULL, 0, '(unattributed)', '(unattributed)', NULL, 1,
        CAST(unattributed.net_revenue AS DOUBLE)
    FROM unattributed
    CROSS JOIN asked
)

SELECT
    found.model,
    found.order_id,
    found.touchpoint_id,
    found.place,
    found.path_length,
    found.channel,
    found.step,
    found.days_before,
    found.weight,
    found.revenue
FROM found
ORDER BY list_position($model, found.model), found.order_id, found.place NULLS FIRST, found.touchpoint_id
