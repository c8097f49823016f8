/*
doc   = "What acts on demand from outside, by week and region: consumers' confidence and competitors' promotions, the same in all regions, and the weather. Controls for a model of orders or visits. Empty where nobody has collected them."
grain = ["date_key", "country", "region"]

[columns]
date_key = "Monday on which the week starts; the first week may begin before the data."
country = "Country, as in star.dim_geography."
region = "Region within the country, as in star.dim_geography."
consumer_confidence = "Index of consumer confidence; 100 is usual."
competitor_promotions = "Promotions that competitors ran in the week."
rainy_days = "Days of the week with rain in the region."
*/
CREATE TABLE star.fact_external_week (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    country VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    consumer_confidence DECIMAL(6, 1),
    competitor_promotions INTEGER,
    rainy_days INTEGER,
    PRIMARY KEY (date_key, country, region)
)
