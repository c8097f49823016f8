/*
doc   = "A coupon: a code that takes something off an order of whoever enters it. Key 0 is the unknown coupon, and stands for none too."
grain = ["coupon_key"]
natural = ["code"]
plural = "coupons"
unknown = true
placeholder = { name = "code" }

[columns]
coupon_key = "Key of the coupon. 0 is unknown or none."
code = "Code that is entered at the checkout. No two coupons share it."
name = "What the coupon is for, in words."
coupon_type = "percent: value percent of the order. fixed: value in the warehouse's currency. free shipping: no shipping is charged. Or a source's own word. NULL when not known."
value = "Percent or amount, by coupon_type; an amount takes off half of an order at most. NULL for free shipping, or when not known."
starts_on = "First day on which the code is taken. NULL when not known."
ends_on = "Last day on which the code is taken, itself included. NULL when it has no end, or when not known."
campaign_key = "Campaign whose mails carry the code, 0 for none."
is_placeholder = "Whether the coupon is known only from other data, such as orders, and no list of coupons has described it yet."
*/
CREATE TABLE star.dim_coupon (
    coupon_key INTEGER PRIMARY KEY,
    code VARCHAR NOT NULL DEFAULT '(unknown)',
    name VARCHAR NOT NULL DEFAULT '(unknown)',
    coupon_type VARCHAR,
    value DECIMAL(18, 2),
    starts_on DATE,
    ends_on DATE,
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    is_placeholder BOOLEAN NOT NULL DEFAULT false
)
