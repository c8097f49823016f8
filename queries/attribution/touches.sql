/*
question = "How is each order shared out among the touches before it?"
doc = """
One row for each order, each touch on its path and each model, with the touch's weight: the weights of an order sum to 1. An order \
without an eligible touch has one row of its own, of weight 1, without a touch. Sums over these rows are what attribution/channels \
says, but for markov: that model shares out all orders at once and knows no single one, so here each order is shared in the \
ratio of what is lost without each of its channels. A weight is a convention, not a measurement: no model can know which \
touch decided a single order. The model incremental, which must be fitted first and has no rows until then, has touches of all \
kinds, and what is left of an order for habit as the row without a touch; orders at a sign-up are none of its. With path_transform, only the touches that stay on the path have rows."""
grain = ["model", "order_id", "touchpoint_id"]
headline = ["model", "order_id", "channel", "days_before", "weight", "revenue"]
needs = ["star.fact_touchpoint", "star.fact_order"]

[chart]
kind = "scatter"
x = "days_before"
y = "weight"
series = "channel"

[finding]
text = "An order with a touch has {touches:number} of them on the mean; {alone:percent} of these orders have only one."
sql = """
WITH orders AS (
    SELECT order_id, max(path_length) AS touches
    FROM answer
    WHERE place IS NOT NULL
    GROUP BY order_id
)
SELECT avg(touches) AS touches, avg(CASE WHEN touches = 1 THEN 1 ELSE 0 END) AS alone
FROM orders
HAVING count(*) >= 30"""

[params]
model = { of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual", "incremental"], default = ["linear"] }

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credits(model, path_transform) }},

{{ orders.unattributed() }},

order_touches_credited AS (
    SELECT
        credits.model,
        credits.journey_id AS order_id,
        credits.touchpoint_id,
        credits.place,
        credits.path_length,
        credits.channel,
        credits.step,
        credits.days_before,
        credits.credit,
        credits.credit * conversions.net_revenue AS revenue
    FROM credits
    INNER JOIN conversions ON conversions.order_id = credits.journey_id
    UNION ALL
    SELECT
        requested_models.model,
        unattributed.order_id,
        NULL,
        NULL,
        0,
        '(unattributed)',
        '(unattributed)',
        NULL,
        1,
        CAST(unattributed.net_revenue AS DECIMAL(38, 17))
    FROM unattributed
    {% if "incremental" in model %}
    INNER JOIN requested_models ON requested_models.model <> 'incremental'
    UNION ALL
    SELECT
        requested_models.model,
        habit.order_id,
        NULL,
        NULL,
        0,
        '(unattributed)',
        '(unattributed)',
        NULL,
        main.fixed_point(habit.weight),
        main.fixed_point(habit.weight) * conversions.net_revenue
    FROM model.touch_weight AS habit
    INNER JOIN conversions ON conversions.order_id = habit.order_id
    INNER JOIN requested_models ON requested_models.model = 'incremental'
    WHERE habit.touchpoint_id = 0 AND habit.model = 'incremental.declustering'
    {% else %}
    CROSS JOIN requested_models
    {% endif %}
)

SELECT
    order_touches_credited.model,
    order_id,
    touchpoint_id,
    place,
    path_length,
    channel,
    step,
    days_before,
    CAST(credit AS DOUBLE) AS weight,
    CAST(revenue AS DOUBLE) AS revenue
FROM order_touches_credited
ORDER BY list_position($model, order_touches_credited.model), order_id, place NULLS FIRST, touchpoint_id
