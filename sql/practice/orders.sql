/*
doc   = "An order, with who placed it, from where, and what was paid. Orders of every status are here: count revenue where main.is_sale(status), and revenue less refunds where it is that or a credit_note. Practice view: everything in one place, in plain words."
grain = ["order_id"]

[columns]
order_id = "Number of the order."
customer_id = "Customer who ordered. NULL when not known."
ordered_at = "When the order was placed, in the warehouse's zone."
order_date = "Day of the order."
status = "How far the order has come: open, completed, partially_refunded and refunded are sales; cancelled, pending, failed and unknown are not, nor is a credit_note, which only takes back."
first_order = "Whether it is the customer's first order ever that is a sale; orders before the data count."
order_channel = "Where the order was placed: web, store or catalogue. NULL when not known."
store_id = "Store in which it was placed, as in stores. NULL for orders placed elsewhere."
items = "Units in the order."
subtotal = "Units times their price, before discounts."
discount = "Discounts, as a positive amount: of promotions and of the coupon."
coupon_code = "Coupon that was used, as in coupons. NULL without one."
coupon_discount = "Part of discount that the coupon took off."
revenue = "subtotal - discount: before shipping, tax and refunds."
shipping = "Shipping charged to the customer."
tax = "Tax charged to the customer."
total_paid = "revenue + shipping + tax."
refunded = "Part of revenue that has been paid back, as a positive amount."
margin = "revenue less the cost of the products. NULL when a cost is not known."
channel = "Channel of the visit in which the order was placed. NULL when not known, and for orders of stores and from the catalogue."
campaign_id = "Campaign of that visit. NULL when there was none."
campaign = "Name of that campaign. NULL when there was none."
device = "Kind of device on which the order was placed. NULL when not known."
country = "Country to which the order was sent. NULL when not known."
region = "State, province or region to which the order was sent. NULL when not known."
city = "City to which the order was sent. NULL when not known."
session_id = "Visit in which the order was placed, as in customer_journeys. NULL when not known, and for orders of stores and from the catalogue."
*/
SELECT
    orders.order_id,
    main.known(customer.customer_id) AS customer_id,
    orders.ordered_at,
    CAST(orders.ordered_at AS DATE) AS order_date,
    orders.status,
    orders.is_first_order AS first_order,
    orders.order_channel,
    main.known(store.store_id) AS store_id,
    orders.item_count AS items,
    orders.gross_amount AS subtotal,
    orders.discount_amount AS discount,
    main.known(coupon.code) AS coupon_code,
    orders.coupon_amount AS coupon_discount,
    orders.net_revenue AS revenue,
    orders.shipping_amount AS shipping,
    orders.tax_amount AS tax,
    main.money(orders.net_revenue + orders.shipping_amount + orders.tax_amount) AS total_paid,
    orders.refund_amount AS refunded,
    orders.margin,
    main.known(channel.channel) AS channel,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign,
    main.known(device.device_type) AS device,
    main.known(place.country) AS country,
    main.known(place.region) AS region,
    main.known(place.city) AS city,
    orders.session_id
FROM star.fact_order AS orders
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = orders.customer_key
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = orders.channel_key
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = orders.campaign_key
LEFT JOIN star.dim_device AS device ON device.device_key = orders.device_key
LEFT JOIN star.dim_geography AS place ON place.geography_key = orders.geography_key
LEFT JOIN star.dim_store AS store ON store.store_key = orders.store_key
LEFT JOIN star.dim_coupon AS coupon ON coupon.coupon_key = orders.coupon_key
