{# Reads no other relation. #}
{% macro ledger() %}
-- The ledger of the range, by day, with the platform that charged.
ledger AS MATERIALIZED (
    SELECT
        day.date,
        channel.channel,
        ad.campaign_key,
        ad.platform,
        ad.impressions,
        ad.clicks,
        ad.spend,
        ad.platform_conversions,
        ad.platform_revenue
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = ad.channel_key
    WHERE
        ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
),

-- Where credit belongs: to the platform that charged most for the campaign, or for the channel, as campaign -1.
platforms AS (
    SELECT channel, campaign_key, platform
    FROM (
        SELECT channel, campaign_key, platform, sum(spend) AS spend FROM ledger GROUP BY channel, campaign_key, platform
        UNION ALL
        SELECT channel, -1 AS campaign_key, platform, sum(spend) FROM ledger GROUP BY channel, platform
    ) AS sums
    QUALIFY row_number() OVER (PARTITION BY channel, campaign_key ORDER BY spend DESC, platform) = 1
)
{%- endmacro %}
