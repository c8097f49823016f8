/*
doc      = "A campaign's clicks of a day are no more than its impressions. Some platforms count clicks on assets that they count no impressions for, so this is only a warning."
relation = "star.fact_ad_spend"
severity = "warn"
*/
SELECT
    date_key,
    campaign_key,
    channel_key,
    platform,
    clicks || ' clicks on ' || impressions || ' impressions' AS reason
FROM star.fact_ad_spend
WHERE clicks > impressions
ORDER BY date_key, campaign_key, channel_key, platform
