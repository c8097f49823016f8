/*
doc   = "A person who left their details, and whether they became a customer."
grain = ["lead_id"]
watched = ["channel_key"]
at = "captured_at"
open = ["customer_key", "became_customer_at"]

[columns]
lead_id = "Number of the lead, given by the loader, stable from load to load."
captured_at = "When the details were left, in the warehouse's zone."
date_key = "Day of captured_at."
channel_key = "Channel that brought the lead."
campaign_key = "Campaign that brought the lead, or 0."
customer_key = "Person who left them: the customer whom the lead became or, where a source tells an address or a number, whoever that is. 0 when not known; of synthetic leads, when they never bought. became_customer_at says who did."
became_customer_at = "When the lead first bought, in the warehouse's zone. NULL if never."
source_id = "The lead's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_lead (
    lead_id BIGINT PRIMARY KEY,
    captured_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    became_customer_at TIMESTAMP,
    source_id VARCHAR
)
