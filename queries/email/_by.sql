{# Type and band of a campaign and of a mail, and where segments come from. #}
{% macro type_of(by) %}{{ "campaigns.campaign_type" if by in ("campaign_type", "campaign") else "'(all)'" }}{% endmacro %}
{% macro band_of(by) %}
{{ {
    "campaign_type": "'(all)'",
    "campaign": "campaigns.campaign",
    "month": "CAST(CAST(date_trunc('month', mail.assigned_at) AS DATE) AS VARCHAR)",
    "segment": "coalesce(segments.segment, '(no order)')",
}[by] }}
{%- endmacro %}
{% macro segments_of(by) %}
{% if by == "segment" %}
    LEFT JOIN segmentation.rfm(as_of := $start) AS segments ON segments.customer_key = mail.customer_key
{% endif %}
{%- endmacro %}
{# Email campaigns, each with the mailing of which it is a version: by the least key of its versions. #}
{% macro campaigns() %}
campaigns AS (
    SELECT
        campaign.campaign_key,
        campaign.campaign_type,
        coalesce(campaign.mailing, campaign.name) AS campaign,
        min(campaign.campaign_key) OVER (PARTITION BY coalesce(campaign.mailing, campaign.campaign_id), campaign.mailing IS NULL) AS mailing_key
    FROM star.dim_campaign AS campaign
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE channel.channel = 'Email' OR campaign.campaign_key IN (SELECT campaign_key FROM star.fact_email)
)
{%- endmacro %}
