-- Search keywords, by intent.
SELECT
    cast(ads.intent AS VARCHAR) AS by_type,
    cast(sum(detail.clicks) AS DOUBLE) / nullif(sum(detail.impressions), 0) AS click_through_rate,
    cast(sum(detail.spend) AS DOUBLE) / nullif(sum(detail.clicks), 0) AS cost_per_click
FROM star.fact_ad_detail AS detail
INNER JOIN star.dim_ad AS ads ON ads.ad_key = detail.ad_key
WHERE ads.intent IS NOT NULL
GROUP BY ads.intent
ORDER BY ads.intent
