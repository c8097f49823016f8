/*
doc   = "The media plan, and what it did, by channel, region and calendar week, all against a steady plan. With s the spend, p the price and h the half_spend_index of truth.media_response: contacts = s / p, response = (1 + h) * contacts / (contacts + h). Contacts per customer and operational day are in proportion to the contacts; the orders that they cause, and sign-ups through the channel, to the response."
grain = ["date_key", "channel_key", "country", "region"]

[columns]
date_key = "Monday on which the week starts; the first week may begin before the data."
channel_key = "Channel."
country = "Country, as in star.dim_geography."
region = "Region within the country, as in star.dim_geography."
spend_index = "Planned spend per customer; 0 in weeks in which the channel is switched off there."
price_index = "What a contact costs in the week; the same in all regions."
contact_index = "Contacts per customer that the spend buys."
response_index = "Effect of these contacts per customer; a contact brings less where there are many."
*/
CREATE TABLE truth.media_week (
    date_key INTEGER NOT NULL,
    channel_key INTEGER NOT NULL REFERENCES star.dim_channel (channel_key),
    country VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    spend_index DOUBLE NOT NULL,
    price_index DOUBLE NOT NULL,
    contact_index DOUBLE NOT NULL,
    response_index DOUBLE NOT NULL,
    PRIMARY KEY (date_key, channel_key, country, region)
)
