/*
doc   = "The media plan, and what it did, by channel and calendar week. With s the spend, a the adstock and h the saturation, both of truth.media_response and per unit of the plan's mean: pressure(t) = s(t) + a * pressure(t - 1), response(t) = c * pressure(t) / (pressure(t) + h), c such that a steady plan has the response 1. Contacts per customer and week are in proportion to the response."
grain = ["date_key", "channel_key"]

[columns]
date_key = "Monday on which the week starts; the first week may begin before the data."
channel_key = "Channel."
spend_index = "Planned spend per customer, against the plan's mean; 0 in weeks in which the channel is switched off."
pressure_index = "Spend with what is carried over from the weeks before."
response_index = "Contacts per customer, against those of a steady plan."
*/
CREATE TABLE truth.media_week (
    date_key INTEGER NOT NULL,
    channel_key INTEGER NOT NULL REFERENCES star.dim_channel (channel_key),
    spend_index DOUBLE NOT NULL,
    pressure_index DOUBLE NOT NULL,
    response_index DOUBLE NOT NULL,
    PRIMARY KEY (date_key, channel_key)
)
