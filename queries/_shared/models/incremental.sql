{# The credit of the fitted model incremental: the probability that a touch caused the order. What is left of an order is habit, nobody's.
   Reads known_steps and conversions, and the fit named incremental: without one there are no rows. The touches are those of the fit, whatever
   touch_types says. grown: whether the credit is scaled up to touches that were not recognised. #}
{% macro shares(grown) %}
incremental_shares AS (
    SELECT
        'incremental' AS model,
        weights.order_id AS journey_id,
        weights.touchpoint_id,
        main.elapsed_days(touch.touched_at, conversions.ordered_at) AS days_before,
        row_number() OVER (PARTITION BY weights.order_id ORDER BY touch.touched_at, weights.touchpoint_id) AS place,
        count(*) OVER (PARTITION BY weights.order_id) AS path_length,
        coalesce(of_campaign.step, of_channel.step) AS step,
        of_channel.channel,
        coalesce(of_campaign.campaign_key, of_channel.campaign_key) AS campaign_key,
        {% if grown %}
        weights.weight / coalesce(recognised.value, 1) AS share
        {% else %}
        weights.weight AS share
        {% endif %}
    FROM model.touch_weight AS weights
    INNER JOIN conversions ON conversions.order_id = weights.order_id
    INNER JOIN star.fact_touchpoint AS touch ON touch.touchpoint_id = weights.touchpoint_id
    INNER JOIN known_steps AS of_channel
        ON of_channel.channel_key = touch.channel_key AND of_channel.campaign_key = 0
    LEFT JOIN known_steps AS of_campaign
        ON of_campaign.channel_key = touch.channel_key AND of_campaign.campaign_key = touch.campaign_key
    {% if grown %}
    LEFT JOIN model.parameter AS recognised
        ON recognised.model = weights.model AND recognised.name = 'recognised_share:' || of_channel.channel
    {% endif %}
    WHERE
        weights.model = 'incremental.declustering'
        AND list_contains($model, 'incremental')
        AND NOT list_contains($exclude_channels, of_channel.channel)
        AND ($include_channels = CAST([] AS VARCHAR[]) OR list_contains($include_channels, of_channel.channel))
)
{%- endmacro %}
