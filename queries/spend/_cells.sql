{% import "_shared/periods.sql" as periods %}
{# What was charged, claimed, captured and credited, by model, period and the row asked for. Reads order_credits, requested_models, ledger
   and platforms. #}
{% macro cells() %}
leads AS (
    SELECT
        {{ periods.start_of("lead.captured_at") }} AS period_start,
        channel.channel,
        lead.campaign_key,
        count(*) AS leads
    FROM star.fact_lead AS lead
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = lead.channel_key
    WHERE
        ($start IS NULL OR lead.captured_at >= $start)
        AND ($until IS NULL OR lead.captured_at < $until)
    GROUP BY 1, 2, 3
),

cell_entries AS (
    SELECT
        order_credits.model,
        order_credits.period_start,
        order_credits.channel,
        order_credits.campaign_key,
        CASE WHEN order_credits.channel = '(unattributed)' THEN '(unattributed)' END AS platform,
        order_credits.conversions,
        CASE WHEN order_credits.is_first_order THEN order_credits.conversions ELSE 0 END AS new_customers,
        order_credits.revenue,
        CAST(0 AS BIGINT) AS leads,
        CAST(0 AS BIGINT) AS impressions,
        CAST(0 AS BIGINT) AS clicks,
        CAST(0 AS DECIMAL(18, 2)) AS spend,
        CAST(0 AS DECIMAL(18, 2)) AS platform_conversions,
        CAST(0 AS DECIMAL(18, 2)) AS platform_revenue
    FROM order_credits
    UNION ALL
    SELECT requested_models.model, leads.period_start, leads.channel, leads.campaign_key, NULL, 0, 0, 0, leads.leads, 0, 0, 0, 0, 0
    FROM leads
    CROSS JOIN requested_models
    UNION ALL
    SELECT
        requested_models.model,
        {{ periods.start_of("ledger.date") }},
        ledger.channel,
        ledger.campaign_key,
        ledger.platform,
        0, 0, 0, 0,
        ledger.impressions,
        ledger.clicks,
        ledger.spend,
        ledger.platform_conversions,
        ledger.platform_revenue
    FROM ledger
    CROSS JOIN requested_models
),

cells AS (
    SELECT
        entries.model,
        entries.period_start,
        CASE WHEN $by = 'platform' THEN '(all)' ELSE entries.channel END AS channel,
        CASE
            WHEN $by = 'channel' THEN '(all)'
            ELSE coalesce(entries.platform, of_campaign.platform, campaign.platform, of_channel.platform, '(none)')
        END AS platform,
        CASE WHEN $by = 'campaign' THEN campaign.campaign_id ELSE '(all)' END AS campaign_id,
        CASE WHEN $by = 'campaign' THEN campaign.name ELSE '(all)' END AS campaign,
        sum(entries.conversions) AS conversions,
        sum(entries.new_customers) AS new_customers,
        sum(entries.revenue) AS revenue,
        CAST(sum(entries.leads) AS BIGINT) AS leads,
        CAST(sum(entries.impressions) AS BIGINT) AS impressions,
        CAST(sum(entries.clicks) AS BIGINT) AS clicks,
        CAST(sum(entries.spend) AS DECIMAL(18, 2)) AS spend,
        CAST(sum(entries.platform_conversions) AS DECIMAL(18, 2)) AS platform_conversions,
        CAST(sum(entries.platform_revenue) AS DECIMAL(18, 2)) AS platform_revenue
    FROM cell_entries AS entries
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = entries.campaign_key
    LEFT JOIN platforms AS of_campaign
        ON of_campaign.channel = entries.channel AND of_campaign.campaign_key = entries.campaign_key
    LEFT JOIN platforms AS of_channel ON of_channel.channel = entries.channel AND of_channel.campaign_key = -1
    GROUP BY 1, 2, 3, 4, 5, 6
)
{%- endmacro %}
