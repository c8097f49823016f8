/*
doc   = "A coupon: a code, what it takes off, and how often it was used. Orders name it by coupon_code, emails that carry it too. An order with a coupon would often have come without it. Practice view: everything in one place, in plain words."
grain = ["coupon_code"]

[columns]
coupon_code = "Code of the coupon."
coupon_name = "What the coupon is for. NULL when not known."
coupon_type = "percent, fixed (an amount) or free shipping; or a source's own word. NULL when not known."
value = "Percent or amount, by coupon_type. NULL for free shipping, or when not known."
valid_from = "First day on which the code is taken. NULL when not known."
valid_until = "Last day on which the code is taken, itself included. NULL when it has no end, or when not known."
campaign_id = "Campaign whose emails carry the code, as in email_campaigns. NULL for none."
emails_sent = "Emails that carried the code."
total_orders = "Orders in which it was used that are sales."
revenue = "Net revenue of these orders, before refunds."
discount_given = "What the coupon took off these orders; shipping that it saved is not in it. 0 where a source does not tell."
*/
WITH sales AS (
    SELECT coupon_key, count(*) AS orders, sum(net_revenue) AS revenue, sum(coupon_amount) AS discount
    FROM star.fact_order
    WHERE main.is_sale(status) AND coupon_key <> 0
    GROUP BY coupon_key
),

emails AS (
    SELECT coupon_key, count(*) AS sent
    FROM star.fact_email
    WHERE coupon_key <> 0 AND sent_at IS NOT NULL
    GROUP BY coupon_key
)

SELECT
    coupon.code AS coupon_code,
    main.known(coupon.name) AS coupon_name,
    coupon.coupon_type,
    coupon.value,
    coupon.starts_on AS valid_from,
    coupon.ends_on AS valid_until,
    main.known(campaign.campaign_id) AS campaign_id,
    coalesce(emails.sent, 0) AS emails_sent,
    coalesce(sales.orders, 0) AS total_orders,
    main.money(coalesce(sales.revenue, 0)) AS revenue,
    main.money(coalesce(sales.discount, 0)) AS discount_given
FROM star.dim_coupon AS coupon
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = coupon.campaign_key
LEFT JOIN sales ON sales.coupon_key = coupon.coupon_key
LEFT JOIN emails ON emails.coupon_key = coupon.coupon_key
WHERE coupon.coupon_key <> 0
