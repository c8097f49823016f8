/*
question = "Which channels open and help, and which close?"
doc = """
How often each channel or campaign was the first touch before an order, was on the path before the last touch (it assisted), or was the last. \
An order counts once for each role, so the columns of different rows overlap: they do not sum to the orders, except first and last. \
assists_per_last above 1 marks what works early and looks poor by last touch; below 1, what closes. Assisting is being there, not \
causing: whatever people see often assists often. Orders without an eligible touch are not here; attribution/channels has them."""
grain = ["step"]
headline = ["step", "first_conversions", "assisted_conversions", "last_conversions", "assists_per_last"]

[chart]
kind = "dumbbell"
x = "step"
y = ["first_conversions", "assisted_conversions", "last_conversions"]

[finding]
text = "{step} helps more than it closes: it was on the path of {assisted:count} orders before the last touch, and the last touch of {closed:count}."
sql = """
SELECT step, assisted_conversions AS assisted, last_conversions AS closed
FROM answer
WHERE assisted_conversions >= 20 AND assisted_conversions > last_conversions
ORDER BY assisted_conversions - last_conversions DESC, step LIMIT 1"""

[columns]
step = "Channel or campaign."
first_conversions = "Orders of whose path it was the first touch."
assisted_conversions = "Orders on whose path it was before the last touch."
last_conversions = "Orders of whose path it was the last touch."
assists_per_last = "assisted_conversions / last_conversions. NULL when it was never last."
first_revenue = "Net revenue of the orders that it was first for."
assisted_revenue = "Net revenue of the orders that it assisted."
last_revenue = "Net revenue of the orders that it was last for."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform) }},

roles AS (
    SELECT
        journey_id AS order_id,
        step,
        min(place) = 1 AS is_first,
        min(place) < min(path_length) AS is_assist,
        max(place) = min(path_length) AS is_last
    FROM journey_steps
    GROUP BY journey_id, step
),

step_sums AS (
    SELECT
        roles.step,
        {% for role in ["first", "assist", "last"] %}
        count(CASE WHEN roles.is_{{ role }} THEN 1 END) AS {{ role }}_conversions,
        coalesce(sum(CASE WHEN roles.is_{{ role }} THEN conversions.net_revenue END), 0) AS {{ role }}_revenue{{ "" if loop.last else "," }}
        {% endfor %}
    FROM roles
    INNER JOIN conversions ON conversions.order_id = roles.order_id
    GROUP BY roles.step
)

SELECT
    step,
    first_conversions,
    assist_conversions AS assisted_conversions,
    last_conversions,
    main.ratio(assist_conversions, last_conversions) AS assists_per_last,
    CAST(first_revenue AS DECIMAL(18, 2)) AS first_revenue,
    CAST(assist_revenue AS DECIMAL(18, 2)) AS assisted_revenue,
    CAST(last_revenue AS DECIMAL(18, 2)) AS last_revenue
FROM step_sums
ORDER BY assisted_conversions DESC, last_conversions DESC, step
