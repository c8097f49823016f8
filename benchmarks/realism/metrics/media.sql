-- Paid media, by channel.
SELECT
    channels.channel AS by_type,
    cast(sum(spend.clicks) AS DOUBLE) / nullif(sum(spend.impressions), 0) AS click_through_rate,
    cast(sum(spend.spend) AS DOUBLE) / nullif(sum(spend.clicks), 0) AS cost_per_click,
    1000 * cast(sum(spend.spend) AS DOUBLE) / nullif(sum(spend.impressions), 0) AS cost_per_thousand,
    cast(sum(spend.platform_revenue) AS DOUBLE) / nullif(cast(sum(spend.spend) AS DOUBLE), 0) AS claimed_return_on_spend,
    cast(sum(spend.spend) AS DOUBLE) / (SELECT cast(sum(net_revenue) AS DOUBLE) FROM star.fact_order) AS spend_share_of_revenue
FROM star.fact_ad_spend AS spend
INNER JOIN star.dim_channel AS channels ON channels.channel_key = spend.channel_key
GROUP BY GROUPING SETS ((channels.channel), ())
ORDER BY by_type
