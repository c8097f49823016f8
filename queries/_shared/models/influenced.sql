{# Reads conversions and journey_steps. #}
{% macro influenced() %}
-- Orders that each channel or campaign touched at all, each counted whole by all that touched it.
order_steps AS (
    SELECT journey_id AS order_id, channel, campaign_key
    FROM journey_steps
    WHERE journey_id >= 0
    GROUP BY journey_id, channel, campaign_key
),

influenced AS (
    SELECT
        order_steps.channel,
        order_steps.campaign_key,
        count(*) AS conversions,
        sum(conversions.net_revenue) AS revenue
    FROM order_steps
    INNER JOIN conversions ON conversions.order_id = order_steps.order_id
    GROUP BY order_steps.channel, order_steps.campaign_key
),

-- Touches on the paths of orders, each counted once.
path_touches AS (
    SELECT channel, campaign_key, count(DISTINCT touchpoint_id) AS touches
    FROM journey_steps
    WHERE journey_id >= 0
    GROUP BY channel, campaign_key
)
{%- endmacro %}
