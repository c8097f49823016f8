/*
doc   = "A contact between marketing and a person: an ad seen or clicked, an email opened, a visit from a source. The input of attribution."
grain = ["touchpoint_id"]
watched = ["touch_type", "channel_key", "cost"]
at = "touched_at"

[columns]
touchpoint_id = "Number of the contact, given by the loader, stable from load to load. Contacts of the same moment are taken in the order of this number."
customer_key = "Customer, if identified, else 0; then bridge_visitor may know who it was."
visitor_id = "Browser in which the contact took place. NULL when not known, as for an email seen in an app."
touched_at = "Moment of the contact, in the warehouse's zone."
date_key = "Day of touched_at."
channel_key = "Channel of the contact."
campaign_key = "Campaign of the contact, or 0."
device_key = "Device of the contact, or 0."
touch_type = "How the person came into contact."
session_id = "Visit to which the contact led. NULL when it led to none."
cost = "What the contact cost, to the millionth of the currency, because an impression costs a fraction of a cent. A sum of it is money again: cast it to DECIMAL(18, 2)."
source_id = "The contact's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_touchpoint (
    touchpoint_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    visitor_id BIGINT REFERENCES star.bridge_visitor (visitor_id),
    touched_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    device_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_device (device_key),
    touch_type star.touch_type NOT NULL DEFAULT 'visit',
    session_id BIGINT REFERENCES star.fact_session (session_id),
    cost DECIMAL(18, 6) NOT NULL DEFAULT 0,
    source_id VARCHAR
)
