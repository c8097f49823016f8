/*
doc   = "Orders that would not have been without a paid channel, by region and week in which they were placed: what a media mix model should find as the contribution of the channel. Rows with no order are left out."
grain = ["date_key", "channel_key", "country", "region"]

[columns]
date_key = "Monday on which the week starts; the first week may begin before the data."
channel_key = "Channel."
country = "Country of the order's visit, as in star.dim_geography."
region = "Region of the order's visit, as in star.dim_geography."
orders_by_contacts = "Orders that a contact through the channel caused; they carry its name in truth.order_cause."
orders_at_sign_up = "Orders placed at the sign-up by customers whom the channel brought: without it they had not signed up. Their later orders by habit are not counted, since they follow no week's spend."
*/
CREATE TABLE truth.media_contribution (
    date_key INTEGER NOT NULL,
    channel_key INTEGER NOT NULL REFERENCES star.dim_channel (channel_key),
    country VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    orders_by_contacts BIGINT NOT NULL,
    orders_at_sign_up BIGINT NOT NULL,
    PRIMARY KEY (date_key, channel_key, country, region)
)
