/*
doc   = "What an ad campaign delivered and charged by day and region. The rows of a campaign and day add up to those of star.fact_ad_spend. Spend by region is what experiments with regions and media mix models by region need; orders by region are in star.fact_order, over star.dim_geography. Empty where no source tells regions apart."
grain = ["date_key", "campaign_key", "country", "region"]

[columns]
date_key = "Day of delivery, in the time zone of the platform's account."
campaign_key = "Campaign, or 0."
channel_key = "Channel of the campaign."
country = "Country, as in star.dim_geography."
region = "Region within the country, as in star.dim_geography."
impressions = "Times that an ad was shown."
clicks = "Times that an ad was clicked."
spend = "Money charged; commission on orders by the region of the order."
*/
CREATE TABLE star.fact_ad_region (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    country VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    impressions BIGINT NOT NULL DEFAULT 0,
    clicks BIGINT NOT NULL DEFAULT 0,
    spend DECIMAL(18, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (date_key, campaign_key, country, region)
)
