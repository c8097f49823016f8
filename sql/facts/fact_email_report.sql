/*
doc   = "An email campaign in totals, as the tool that sent it reports them. Who got which mail is in star.fact_email, where a source tells; the two need not agree, since each tool counts in its own way. Figures that a report leaves out are NULL."
grain = ["campaign_key"]
watched = ["recipients", "unique_opens", "unique_clicks"]

[columns]
campaign_key = "Campaign that was sent."
date_key = "Day of sent_at, or 0."
sent_at = "When sending began, in the warehouse's zone. NULL when the report does not tell."
recipients = "Mails sent."
delivered = "Mails delivered."
hard_bounces = "Mails not delivered because the address does not exist. All bounces where a report does not tell them apart."
soft_bounces = "Mails not delivered because of a passing fault."
opens = "Opens, of one mail as often as it was opened."
unique_opens = "Mails opened."
clicks = "Clicks, of one mail as often as it was clicked in."
unique_clicks = "Mails clicked in."
unsubscribes = "Mails through which a person unsubscribed."
complaints = "Mails reported as spam."
orders = "Orders that the tool credits to the campaign, by its own rule."
revenue = "Revenue that the tool credits to the campaign, by its own rule."
*/
CREATE TABLE star.fact_email_report (
    campaign_key INTEGER PRIMARY KEY REFERENCES star.dim_campaign (campaign_key),
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    sent_at TIMESTAMP,
    recipients BIGINT,
    delivered BIGINT,
    hard_bounces BIGINT,
    soft_bounces BIGINT,
    opens BIGINT,
    unique_opens BIGINT,
    clicks BIGINT,
    unique_clicks BIGINT,
    unsubscribes BIGINT,
    complaints BIGINT,
    orders BIGINT,
    revenue DECIMAL(18, 2)
)
