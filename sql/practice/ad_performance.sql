/*
doc   = "An ad campaign and a day, with what it cost and what the platform claims that it brought. Practice view: everything in one place, in plain words. For several rows divide the sums instead of averaging the rates."
grain = ["date", "campaign_id", "channel", "platform"]

[columns]
date = "Day."
campaign_id = "Identifier of the campaign. NULL where spend is not split by campaign."
campaign_name = "Name of the campaign. NULL where spend is not split by campaign."
campaign_type = "Kind of campaign, such as Prospecting. NULL when not known."
channel = "Channel of the campaign. NULL when not known."
platform = "Platform that delivered it. NULL when not known."
impressions = "Times that an ad was shown."
clicks = "Times that an ad was clicked."
spend = "Money charged."
platform_leads = "Leads, as the platform counts them."
platform_conversions = "Conversions that the platform claims for itself; several platforms may claim one order."
platform_revenue = "Revenue that the platform claims for itself; several platforms may claim one order."
click_through_rate = "clicks / impressions. NULL without impressions."
cost_per_click = "spend / clicks. NULL without clicks."
cost_per_thousand = "spend / impressions x 1000. NULL without impressions."
cost_per_platform_conversion = "spend / platform_conversions. NULL without conversions."
platform_return_on_ad_spend = "platform_revenue / spend: what the platform claims for itself. NULL without spend."
*/
SELECT
    day.date,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign_name,
    main.known(campaign.campaign_type) AS campaign_type,
    main.known(channel.channel) AS channel,
    main.known(ad.platform) AS platform,
    ad.impressions,
    ad.clicks,
    ad.spend,
    ad.leads AS platform_leads,
    ad.platform_conversions,
    ad.platform_revenue,
    main.ratio(ad.clicks, ad.impressions) AS click_through_rate,
    main.ratio(ad.spend, ad.clicks) AS cost_per_click,
    main.ratio(ad.spend * 1000, ad.impressions) AS cost_per_thousand,
    main.ratio(ad.spend, ad.platform_conversions) AS cost_per_platform_conversion,
    main.ratio(ad.platform_revenue, ad.spend) AS platform_return_on_ad_spend
FROM star.fact_ad_spend AS ad
LEFT JOIN star.dim_date AS day ON day.date_key = ad.date_key
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = ad.campaign_key
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = ad.channel_key
