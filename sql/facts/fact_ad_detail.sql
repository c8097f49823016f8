/*
doc   = "What a report of advertising tells below campaign and day: ad groups (or ad sets), ads, keywords, devices. The rows of a campaign and day add up to star.fact_ad_spend, where all spend stands; here is only what came in such detail, and what a report leaves out is NULL."
grain = ["ad_detail_id"]

[columns]
ad_detail_id = "Number of the row."
date_key = "Day of delivery, in the time zone of the platform's account."
campaign_key = "Campaign, or 0."
channel_key = "Channel of the campaign."
ad_key = "Ad, or 0 where a report names it by words alone."
platform = "Platform that delivered it, such as Google Ads."
ad_group = "Ad group or ad set within the campaign."
ad = "Ad within its group."
keyword = "Keyword or other target that the ad was shown for."
creative = "Creative: the picture, film or text of the ad."
network = "Network or placement where the ad was shown."
device_type = "Kind of device."
impressions = "Times that an ad was shown."
clicks = "Times that an ad was clicked."
spend = "Money charged, to the millionth, so that many small parts add up to the cent."
leads = "Leads, as the platform counts them."
platform_conversions = "Conversions that the platform claims for itself, which may be fractions."
platform_revenue = "Revenue that the platform claims for itself."
*/
CREATE TABLE star.fact_ad_detail (
    ad_detail_id BIGINT PRIMARY KEY,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    ad_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_ad (ad_key),
    platform VARCHAR NOT NULL DEFAULT '(unknown)',
    ad_group VARCHAR,
    ad VARCHAR,
    keyword VARCHAR,
    creative VARCHAR,
    network VARCHAR,
    device_type star.device_type,
    impressions BIGINT,
    clicks BIGINT,
    spend DECIMAL(18, 6),
    leads BIGINT,
    platform_conversions DECIMAL(18, 6),
    platform_revenue DECIMAL(18, 6)
)
