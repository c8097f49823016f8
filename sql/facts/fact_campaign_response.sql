/*
doc   = "A customer and a campaign that addressed them: whether they answered, as a source tells it. Empty for a synthetic company: mart.campaign_response computes it from the mails. What the source does not tell is NULL."
grain = ["customer_key", "campaign_key"]
watched = ["variant", "has_responded", "has_converted"]

[columns]
customer_key = "Customer whom the campaign addressed."
campaign_key = "Campaign."
date_key = "Day of responded_at, or 0."
variant = "Which version of the campaign the customer got, in the source's words. NULL when there was one only."
is_holdout = "Whether the customer was left out at random, as a control."
responded_at = "When the customer answered, in the warehouse's zone. NULL when they did not, or when the source does not tell when."
has_responded = "Whether the customer answered the campaign, in whatever way the source counts."
has_visited = "Whether the customer came to the site because of it, or in the days after it."
has_converted = "Whether the customer bought because of it, or in the days after it."
revenue = "What the customer spent then."
*/
CREATE TABLE star.fact_campaign_response (
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    variant VARCHAR,
    is_holdout BOOLEAN NOT NULL DEFAULT false,
    responded_at TIMESTAMP,
    has_responded BOOLEAN,
    has_visited BOOLEAN,
    has_converted BOOLEAN,
    revenue DECIMAL(18, 2),
    PRIMARY KEY (customer_key, campaign_key)
)
