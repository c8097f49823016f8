/*
doc   = "A campaign and a day: what the platform delivered and charged. Spend that a source does not split by campaign has campaign 0, one row per channel and platform."
grain = ["date_key", "campaign_key", "channel_key", "platform"]
watched = ["impressions", "clicks", "spend", "platform", "channel_key"]

[columns]
date_key = "Day of delivery, in the time zone of the platform's account."
campaign_key = "Campaign, or 0."
channel_key = "Channel of the campaign."
platform = "Platform that delivered it, such as Google Ads."
impressions = "Times that an ad was shown."
clicks = "Times that an ad was clicked."
spend = "Money charged."
leads = "Leads, as the platform counts them."
platform_conversions = "Conversions that the platform claims for itself, which may be fractions; platforms claim the same order twice."
platform_revenue = "Revenue that the platform claims for itself."
*/
CREATE TABLE star.fact_ad_spend (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    platform VARCHAR NOT NULL DEFAULT '(unknown)',
    impressions BIGINT NOT NULL DEFAULT 0,
    clicks BIGINT NOT NULL DEFAULT 0,
    spend DECIMAL(18, 2) NOT NULL DEFAULT 0,
    leads BIGINT NOT NULL DEFAULT 0,
    platform_conversions DECIMAL(18, 2) NOT NULL DEFAULT 0,
    platform_revenue DECIMAL(18, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (date_key, campaign_key, channel_key, platform)
)
