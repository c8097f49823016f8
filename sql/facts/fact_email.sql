/*
doc   = "A campaign and a person assigned to it: who was to be mailed, what became of the mail, and what the person did. People held out are here too, unsent, so that the effect can be measured. Opens and clicks by machines (privacy proxies, link scanners) count in the plain columns and not in the human ones, which stay empty where a source cannot tell them apart."
grain = ["email_id"]
watched = ["bounce_type", "open_count", "click_count", "cost"]
at = "assigned_at"
open = ["delivered_at", "first_opened_at", "open_count", "first_human_opened_at", "first_clicked_at", "click_count", "first_human_clicked_at", "unsubscribed_at", "complained_at"]

[columns]
email_id = "Number of the assignment, given by the loader, stable from load to load."
campaign_key = "Campaign that was sent."
customer_key = "Person assigned to it."
assigned_at = "When the person was assigned, in the warehouse's zone; for people held out, when the mail would have been sent."
is_holdout = "Whether the person was left out at random, as a control."
sent_at = "When it was sent, in the warehouse's zone. NULL for people held out."
delivered_at = "When it was delivered, in the warehouse's zone. NULL when it was not sent or bounced."
bounce_type = "Why it was not delivered. NULL when it was not sent or did not bounce."
first_opened_at = "First open, by whomever, in the warehouse's zone; the moment of delivery where a source counts opens and does not say when. NULL without an open."
open_count = "Opens, by whomever."
first_human_opened_at = "First open by the person, in the warehouse's zone. NULL without one, and where it is not known (is_human_known)."
first_clicked_at = "First click, by whomever, in the warehouse's zone; the moment of delivery where a source counts clicks and does not say when. NULL without a click."
click_count = "Clicks, by whomever."
first_human_clicked_at = "First click by the person, in the warehouse's zone. NULL without one, and where it is not known (is_human_known)."
is_human_known = "Whether the source tells what the person did from what machines did. Where it does not, nothing is known of the opens and clicks by people unless there were none at all; credit then takes those by whomever."
unsubscribed_at = "When the person unsubscribed through this mail, in the warehouse's zone. NULL otherwise."
complained_at = "When the person reported this mail as spam, in the warehouse's zone. NULL otherwise."
coupon_key = "Coupon whose code the mail carries, or 0. Some types of mail carry one to half of their recipients, drawn by lot: what the code does can be measured."
cost = "What sending it cost, to the millionth of the currency, because a mail costs a fraction of a cent. A sum of it is money again: round it by main.money."
source_id = "The assignment's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_email (
    email_id BIGINT PRIMARY KEY,
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    assigned_at TIMESTAMP NOT NULL,
    is_holdout BOOLEAN NOT NULL DEFAULT false,
    sent_at TIMESTAMP,
    delivered_at TIMESTAMP,
    bounce_type star.bounce_type,
    first_opened_at TIMESTAMP,
    open_count INTEGER NOT NULL DEFAULT 0,
    first_human_opened_at TIMESTAMP,
    first_clicked_at TIMESTAMP,
    click_count INTEGER NOT NULL DEFAULT 0,
    first_human_clicked_at TIMESTAMP,
    is_human_known BOOLEAN NOT NULL DEFAULT true,
    unsubscribed_at TIMESTAMP,
    complained_at TIMESTAMP,
    coupon_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_coupon (coupon_key),
    cost DECIMAL(18, 6) NOT NULL DEFAULT 0,
    source_id VARCHAR
)
