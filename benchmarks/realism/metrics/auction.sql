-- How paid media are bought, by channel: what an auction does to prices and rates, and what varies by region.
WITH by_type AS (
    SELECT
        channels.channel,
        campaigns.campaign_type,
        date_trunc('week', days.date) AS week,
        sum(spend.clicks) AS clicks,
        cast(sum(spend.spend) AS DOUBLE) AS spend
    FROM star.fact_ad_spend AS spend
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = spend.channel_key
    INNER JOIN star.dim_campaign AS campaigns ON campaigns.campaign_key = spend.campaign_key
    INNER JOIN star.dim_date AS days ON days.date_key = spend.date_key
    GROUP BY channels.channel, campaigns.campaign_type, week
),

prices AS (
    SELECT
        channel,
        campaign_type,
        stddev_samp(spend / clicks) / avg(spend / clicks) AS price_spread,
        corr(spend / clicks, spend) AS price_and_spend,
        sum(spend) AS spend
    FROM by_type
    WHERE clicks >= 5 AND campaign_type <> 'Brand'
    GROUP BY channel, campaign_type
),

channel_prices AS (
    SELECT
        channel,
        sum(price_spread * spend) / sum(spend) AS price_spread,
        sum(price_and_spend * spend) / sum(spend) AS price_and_spend
    FROM prices
    GROUP BY channel
),

campaign_rates AS (
    SELECT
        campaign_key,
        cast(sum(clicks) AS DOUBLE) / sum(impressions) AS rate
    FROM star.fact_ad_spend
    GROUP BY campaign_key
    HAVING sum(impressions) > 0
),

dispersions AS (
    SELECT
        channels.channel,
        avg(
            (spend.clicks - spend.impressions * rates.rate) * (spend.clicks - spend.impressions * rates.rate)
            / (spend.impressions * rates.rate)
        ) AS rate_dispersion
    FROM star.fact_ad_spend AS spend
    INNER JOIN campaign_rates AS rates ON rates.campaign_key = spend.campaign_key
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = spend.channel_key
    WHERE spend.impressions * rates.rate >= 1
    GROUP BY channels.channel
),

region_weeks AS (
    SELECT
        channels.channel,
        ads.country,
        ads.region,
        date_trunc('week', days.date) AS week,
        sum(ads.spend) AS spend
    FROM star.fact_ad_region AS ads
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = ads.channel_key
    INNER JOIN star.dim_campaign AS campaigns ON campaigns.campaign_key = ads.campaign_key
    INNER JOIN star.dim_date AS days ON days.date_key = ads.date_key
    WHERE campaigns.campaign_type <> 'Brand'
    GROUP BY channels.channel, ads.country, ads.region, week
),

markets AS (
    SELECT
        (SELECT count(DISTINCT country || region) FROM star.dim_geography WHERE geography_key > 0)
        * (SELECT count(DISTINCT date_trunc('week', date)) FROM star.dim_date WHERE date_key IN (SELECT date_key FROM star.fact_ad_spend))
            AS region_weeks
),

running AS (
    SELECT
        region_weeks.channel,
        cast(count(*) FILTER (WHERE region_weeks.spend > 0) AS DOUBLE) / any_value(markets.region_weeks) AS region_weeks_on
    FROM region_weeks
    CROSS JOIN markets
    GROUP BY region_weeks.channel
),

free AS (
    SELECT
        channels.channel,
        cast(count(*) FILTER (WHERE spend.clicks > 0 AND spend.spend <= 0) AS DOUBLE) / count(*) AS free_clicks
    FROM star.fact_ad_spend AS spend
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = spend.channel_key
    GROUP BY channels.channel
)

SELECT
    free.channel AS by_type,
    free.free_clicks,
    channel_prices.price_spread,
    channel_prices.price_and_spend,
    dispersions.rate_dispersion,
    running.region_weeks_on
FROM free
LEFT JOIN channel_prices ON channel_prices.channel = free.channel
LEFT JOIN dispersions ON dispersions.channel = free.channel
LEFT JOIN running ON running.channel = free.channel
ORDER BY free.channel
