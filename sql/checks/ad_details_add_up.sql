/*
doc      = "Rows of advertising that are finer than campaign and day add up to them: impressions, clicks, and spend to the cent."
relation  = "star.fact_ad_detail"
severity  = "error"
*/
WITH details AS (
    SELECT
        date_key,
        campaign_key,
        channel_key,
        platform,
        sum(impressions) AS impressions,
        sum(clicks) AS clicks,
        sum(spend) AS spend
    FROM star.fact_ad_detail
    GROUP BY date_key, campaign_key, channel_key, platform
)

SELECT
    details.date_key,
    details.campaign_key,
    details.channel_key,
    details.platform,
    concat_ws(
        ', ',
        'spend ' || coalesce(day.spend, 0) || ', in detail ' || details.spend,
        'clicks ' || coalesce(day.clicks, 0) || ', in detail ' || details.clicks,
        'impressions ' || coalesce(day.impressions, 0) || ', in detail ' || details.impressions
    ) AS reason
FROM details
LEFT JOIN star.fact_ad_spend AS day
    ON
        day.date_key = details.date_key
        AND day.campaign_key = details.campaign_key
        AND day.channel_key = details.channel_key
        AND day.platform = details.platform
WHERE
    day.date_key IS NULL
    OR abs(details.spend - day.spend) > 0.005
    OR details.clicks <> day.clicks
    OR details.impressions <> day.impressions
ORDER BY details.date_key, details.campaign_key, details.channel_key, details.platform
