/*
question = "Which mail is each order credited to?"
doc = """
One row an order that is credited to a mail: the last one, of all campaigns, that its customer clicked (or opened, or got: basis) \
within email_hours before it. This is the one rule by which email is credited: email/roi and, with its defaults, \
email_campaigns and mart.campaign_response sum these rows. Only sales count, as placed, before refunds. Credit is not effect: \
many would have bought anyway; see the incremental figures of email/roi."""
grain = ["order_id"]
headline = ["order_id", "ordered_at", "customer_key", "campaign_key", "net_revenue", "hours_before"]

[chart]
kind = "scatter"
x = "hours_before"
y = "net_revenue"

[finding]
text = "{orders:count} orders worth {revenue:money} are credited to mails; half of them came within {hours:number} hours."
sql = """
SELECT count(*) AS orders, sum(net_revenue) AS revenue, median(hours_before) AS hours
FROM answer
HAVING count(*) >= 10"""

[columns]
order_id = "Order, as in star.fact_order."
ordered_at = "When the order was placed, in the warehouse's zone."
customer_key = "Customer who ordered, and got the mail."
net_revenue = "Net revenue of the order."
email_id = "Mail, as in star.fact_email."
campaign_key = "Campaign that sent it."
acted_at = "When the customer clicked it (or opened it, or got it: basis), in the warehouse's zone."
hours_before = "Elapsed hours from then to the order."
*/
{% from "_shared/email_credit.sql" import credited_orders %}
WITH {{ credited_orders() }}

SELECT
    order_id,
    ordered_at,
    customer_key,
    net_revenue,
    email_id,
    campaign_key,
    acted_at,
    main.elapsed_days(acted_at, ordered_at) * 24 AS hours_before
FROM credited_orders
ORDER BY ordered_at, order_id
