/*
question = "Which channels open and help, and which close?"
doc = """
How often each channel or campaign was the first touch before an order, was on the path before the last touch (it assisted), or was the last. \
An order counts once for each role, so the columns of different rows overlap: they do not sum to the orders, except first and last. \
assists_per_last above 1 marks what works early and looks poor by last touch; below 1, what closes. Assisting is being there, not \
causing: whatever people see often assists often. Orders without an eligible touch are not here; attribution/channels has them."""
grain = ["step"]

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
{% from "attribution/_breakdown.sql" import dimension %}
{% set null_paths_when = "false" %}
{% set ages_when = "false" %}
WITH {% include "attribution/_paths.sql" %},

roles AS (
    SELECT
        path_steps.path_id,
        nodes.label AS step,
        min(path_steps.place) = 1 AS is_first,
        bool_or(path_steps.place < array_length(paths.nodes)) AS is_assist,
        max(path_steps.place) = array_length(min(paths.nodes)) AS is_last,
        min(paths.conversions) AS conversions,
        min(paths.revenue) AS revenue
    FROM path_steps
    INNER JOIN paths ON paths.path_id = path_steps.path_id
    INNER JOIN nodes ON nodes.node = path_steps.node
    GROUP BY path_steps.path_id, nodes.label
),

summed AS (
    SELECT
        step,
        {% for role in ["first", "assist", "last"] %}
        coalesce(sum(CASE WHEN is_{{ role }} THEN conversions END), 0) AS {{ role }}_conversions,
        coalesce(sum(CASE WHEN is_{{ role }} THEN revenue END), 0) AS {{ role }}_revenue{{ "" if loop.last else "," }}
        {% endfor %}
    FROM roles
    GROUP BY step
)

SELECT
    step,
    CAST(first_conversions AS BIGINT) AS first_conversions,
    CAST(assist_conversions AS BIGINT) AS assisted_conversions,
    CAST(last_conversions AS BIGINT) AS last_conversions,
    CAST(assist_conversions AS DOUBLE) / nullif(last_conversions, 0) AS assists_per_last,
    CAST(first_revenue AS DECIMAL(18, 2)) AS first_revenue,
    CAST(assist_revenue AS DECIMAL(18, 2)) AS assisted_revenue,
    CAST(last_revenue AS DECIMAL(18, 2)) AS last_revenue
FROM summed
ORDER BY assisted_conversions DESC, last_conversions DESC, step
