/*
doc      = "Advertising by region adds up to that of the campaign and day: impressions, clicks, and spend to the cent."
relation = "star.fact_ad_region"
severity = "error"
*/
WITH regions AS (
    SELECT
        date_key,
        campaign_key,
        channel_key,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(spend) AS spend
    FROM star.fact_ad_region
    GROUP BY date_key, campaign_key, channel_key
),

days AS (
    SELECT
        date_key,
        campaign_key,
        channel_key,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(spend) AS spend
    FROM star.fact_ad_spend
    GROUP BY date_key, campaign_key, channel_key
)

SELECT
    regions.date_key,
    regions.campaign_key,
    regions.channel_key,
    concat_ws(
        ', ',
        'spend ' || coalesce(days.spend, 0) || ', by region ' || regions.spend,
        'clicks ' || coalesce(days.clicks, 0) || ', by region ' || regions.clicks,
        'impressions ' || coalesce(days.impressions, 0) || ', by region ' || regions.impressions
    ) AS reason
FROM regions
LEFT JOIN days
    ON
        days.date_key = regions.date_key
        AND days.campaign_key = regions.campaign_key
        AND days.channel_key = regions.channel_key
WHERE
    days.date_key IS NULL
    OR regions.spend <> days.spend
    OR regions.clicks <> days.clicks
    OR regions.impressions <> days.impressions
ORDER BY regions.date_key, regions.campaign_key, regions.channel_key
