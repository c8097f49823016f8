/*
[params]
touch_types = { type = "list[choice]", of = ["impression", "click", "visit", "email_open", "email_click", "other"], default = ["click", "visit", "email_click"], doc = "The touches that count." }
exclude_channels = { type = "list[str]", default = [], doc = "Channels whose touches do not count, by name; their credit goes to the other touches." }
include_channels = { type = "list[str]", default = [], doc = "The only channels whose touches count, by name. Empty: all." }
*/
{# by_campaign: SQL condition under which a step is a campaign in its channel; "false" is a channel always. #}
{% macro touches(by_campaign) %}
-- What a step of a path can be. Numbers sort as the names do.
known_steps AS MATERIALIZED (
    SELECT
        row_number() OVER (ORDER BY names.step, names.channel_key, names.campaign_key) AS step_key,
        names.*
    FROM (
        SELECT
            channel.channel_key,
            {{ "0" if by_campaign == "false" else "campaign.campaign_key" }} AS campaign_key,
            channel.channel,
            {% if by_campaign == "false" %}
            channel.channel AS step,
            {% else %}
            CASE WHEN campaign.campaign_key = 0 THEN channel.channel ELSE channel.channel || ' / ' || campaign.campaign_id END AS step,
            {% endif %}
            channel.is_direct,
            channel.is_paid
        FROM star.dim_channel AS channel
        {% if by_campaign != "false" %}
        INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = 0 OR {{ by_campaign }}
        {% endif %}
        CROSS JOIN (SELECT list(channel ORDER BY channel) AS names FROM star.dim_channel) AS every
        WHERE
            CASE
                WHEN list_has_all(every.names, list_concat($exclude_channels, $include_channels)) THEN true
                ELSE error('exclude_channels and include_channels must be names of channels: ' || array_to_string(every.names, ', '))
            END
    ) AS names
),

touches AS MATERIALIZED (
    SELECT
        touch.touchpoint_id,
        touch.customer_key,
        touch.anonymous_id,
        touch.touched_at,
        touch.session_id,
        known_steps.step_key,
        known_steps.channel
    FROM mart.touch AS touch
    INNER JOIN known_steps
        ON known_steps.channel_key = touch.channel_key
        {% if by_campaign == "true" %}
        AND known_steps.campaign_key = touch.campaign_key
        {% elif by_campaign != "false" %}
        AND known_steps.campaign_key = CASE WHEN {{ by_campaign }} THEN touch.campaign_key ELSE 0 END
        {% endif %}
    WHERE
        list_contains($touch_types, CAST(touch.touch_type AS VARCHAR))
        AND NOT list_contains($exclude_channels, known_steps.channel)
        AND ($include_channels = CAST([] AS VARCHAR[]) OR list_contains($include_channels, known_steps.channel))
)
{%- endmacro %}
