/*
doc   = "An order that was placed, of any status; main.is_sale(status) says whether it was paid and counts as revenue. net_revenue = gross_amount - discount_amount: after discounts, before shipping, tax and refunds. The customer paid net_revenue + shipping_amount + tax_amount; revenue net of refunds is net_revenue - refund_amount."
grain = ["order_id"]
watched = ["net_revenue", "discount_amount", "item_count", "status", "channel_key"]
at = "ordered_at"
open = ["status", "refund_amount", "is_first_order"]

[columns]
order_id = "Number of the order, given by the loader, stable from load to load."
customer_key = "Customer who ordered, or 0."
ordered_at = "When the order was placed, in the warehouse's zone."
date_key = "Day of ordered_at."
order_channel = "Where the order was placed: in a visit to the site, in a store, from the catalogue. NULL when not known."
store_key = "Store in which the order was placed, 0 for orders placed elsewhere."
session_id = "Visit in which the order was placed. NULL when not known, and for orders of stores and from the catalogue, which have none."
channel_key = "Channel of the visit in which the order was placed, 0 where there was none. Not an attribution: the last source, whatever came before."
campaign_key = "Campaign of that visit, or 0."
device_key = "Device on which the order was placed."
geography_key = "Place to which the order was sent."
status = "How far the order has come."
item_count = "Units in the order: the sum of its lines' quantity."
gross_amount = "Units times their price, summed over the lines, before discounts."
discount_amount = "Discounts of all lines, as a positive amount: of promotions and of the coupon."
coupon_key = "Coupon that was used, or 0."
coupon_amount = "Part of discount_amount that the coupon took off. 0 for a coupon of free shipping."
shipping_amount = "Shipping charged to the customer."
tax_amount = "Tax charged to the customer, on top of net_revenue."
net_revenue = "gross_amount - discount_amount, which is the sum of its lines' net_revenue."
refund_amount = "Part of net_revenue that has been paid back, as a positive amount, never more than net_revenue."
margin = "net_revenue less the cost of the lines (quantity times unit_cost), before refunds. NULL when a cost is not known."
is_first_order = "Whether it is the customer's first sale ever: a cancelled order is nobody's first. Customers who ordered before the data have none."
source_id = "The order's number as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_order (
    order_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    ordered_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    order_channel star.order_channel,
    store_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_store (store_key),
    session_id BIGINT REFERENCES star.fact_session (session_id),
    channel_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_channel (channel_key),
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    device_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_device (device_key),
    geography_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_geography (geography_key),
    status star.order_status NOT NULL DEFAULT 'completed',
    item_count INTEGER NOT NULL DEFAULT 1,
    gross_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    discount_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    coupon_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_coupon (coupon_key),
    coupon_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    shipping_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    tax_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    net_revenue DECIMAL(18, 2) NOT NULL DEFAULT 0,
    refund_amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    margin DECIMAL(18, 2),
    is_first_order BOOLEAN NOT NULL DEFAULT false,
    source_id VARCHAR
)
