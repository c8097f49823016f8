{# What is credited, influenced, touched and spent, by model and step. Reads credited, influenced, path_touches, daily_spend, unattributed, requested_models. #}
{% macro figures(by_campaign) %}
-- Each source of figures adds rows of its own, so that rows without a partner stay.
figures AS (
    SELECT
        credited.model,
        channel,
        campaign_key,
        CAST(conversions AS DECIMAL(38, 15)) AS conversions,
        CAST(revenue AS DECIMAL(38, 17)) AS revenue,
        CAST(0 AS BIGINT) AS influenced_conversions,
        CAST(0 AS DECIMAL(38, 2)) AS influenced_revenue,
        CAST(0 AS BIGINT) AS touches,
        CAST(0 AS DECIMAL(38, 2)) AS spend
    FROM credited
    UNION ALL
    SELECT requested_models.model, influenced.channel, influenced.campaign_key, 0, 0, influenced.conversions, influenced.revenue, 0, 0
    FROM influenced
    CROSS JOIN requested_models
    UNION ALL
    SELECT requested_models.model, path_touches.channel, path_touches.campaign_key, 0, 0, 0, 0, path_touches.touches, 0
    FROM path_touches
    CROSS JOIN requested_models
    UNION ALL
    SELECT requested_models.model, daily_spend.channel, {{ "daily_spend.campaign_key" if by_campaign == "true" else "0" }}, 0, 0, 0, 0, 0, daily_spend.spend
    FROM daily_spend
    CROSS JOIN requested_models
    UNION ALL
    SELECT
        requested_models.model,
        '(unattributed)',
        0,
        count(unattributed.order_id),
        CAST(coalesce(sum(unattributed.net_revenue), 0) AS DECIMAL(38, 17)),
        0,
        0,
        0,
        0
    FROM requested_models
    LEFT JOIN unattributed ON true
    GROUP BY requested_models.model
    {% if by_campaign == "true" %}
    UNION ALL
    SELECT requested_models.model, channel.channel, campaign.campaign_key, 0, 0, 0, 0, 0, 0
    FROM star.dim_campaign AS campaign
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    CROSS JOIN requested_models
    WHERE campaign.campaign_key <> 0
    {% endif %}
)
{%- endmacro %}

{% macro sums() %}
        sum(figures.conversions) AS conversions,
        sum(figures.revenue) AS revenue,
        CAST(sum(figures.influenced_conversions) AS BIGINT) AS influenced_conversions,
        CAST(sum(figures.influenced_revenue) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(sum(figures.touches) AS BIGINT) AS touches,
        CAST(sum(figures.spend) AS DECIMAL(18, 2)) AS spend
{%- endmacro %}
