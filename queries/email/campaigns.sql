/*
question = "What became of each email campaign, from the mails sent to the money?"
doc = """
One row an email campaign that sent, or meant to send, in the range. Where a source tells each mail (star.fact_email) the figures are counted from the mails, and orders are credited \
by the one rule of email/credit; else they are those of the report of the tool that sent it (star.fact_email_report), and orders and revenue are only what the tool claims for itself. \
Opens and clicks count of delivered mails alone, whenever they came. What is not known is NULL."""
misleads = "Machines open and click mail too: compare the human rates where they are known. Credited revenue is not effect: see email/holdout. Small campaigns have extreme rates by chance."
grain = ["campaign_id"]
headline = ["campaign", "campaign_type", "delivered", "open_rate", "click_rate", "click_to_open_rate", "revenue", "roi"]
needs = ["star.fact_email or star.fact_email_report"]

[chart]
kind = "scatter"
x = "open_rate"
y = "click_rate"
series = "campaign_type"
quadrants = ["few open, who click", "opened and clicked", "neither", "opened, not clicked"]

[finding]
text = "{campaign} has the best click rate of the campaigns with 1,000 mails or more: {click_rate:percent}, where all have {all_rate:percent}."
sql = """
SELECT campaign, click_rate, (SELECT sum(unique_clicks) / sum(delivered) FROM answer) AS all_rate
FROM answer
WHERE delivered >= 1000 AND click_rate > (SELECT sum(unique_clicks) / sum(delivered) FROM answer)
ORDER BY click_rate DESC, campaign LIMIT 1"""

[columns]
campaign_id = "Campaign."
campaign = "Its name."
campaign_type = "Kind of campaign, such as Newsletter."
subject_line = "Its subject line. NULL when not known."
sent_at = "When the first mail was sent (or held back), in the warehouse's zone."
counted_from = "mails, where each mail is known, or report."
sent = "Mails sent."
delivered = "Mails delivered; where a report leaves it out, those sent that did not bounce."
hard_bounces = "Mails not delivered because the address does not exist."
soft_bounces = "Mails not delivered because of a passing fault."
bounce_rate = "Bounces per mail sent."
opens = "Opens, of one mail as often as it was opened."
unique_opens = "Mails opened, by a person or a machine. Of a report that tells no unique opens, all opens, mails delivered at most."
unique_human_opens = "Mails opened by a person. NULL where the source cannot tell."
open_rate = "unique_opens per mail delivered."
human_open_rate = "unique_human_opens per mail delivered."
clicks = "Clicks, of one mail as often as it was clicked in."
unique_clicks = "Mails clicked in, by a person or a machine. Of a report that tells no unique clicks, all clicks, mails delivered at most."
unique_human_clicks = "Mails clicked in by a person. NULL where the source cannot tell."
click_rate = "unique_clicks per mail delivered."
human_click_rate = "unique_human_clicks per mail delivered."
click_to_open_rate = "unique_clicks per unique open."
unsubscribes = "Mails through which a person unsubscribed."
unsubscribe_rate = "unsubscribes per mail delivered."
complaints = "Mails reported as spam."
complaint_rate = "complaints per mail delivered."
conversions = "Orders credited by email/credit. NULL for reports, and where there are no orders in the warehouse."
conversion_rate = "conversions per mail delivered."
revenue = "Net revenue of these orders."
cost = "Cost of sending. NULL for reports."
revenue_per_email = "revenue per mail sent."
recipients = "Customers who got at least one mail. NULL for reports."
revenue_per_recipient = "revenue per recipient."
roi = "(revenue - cost) / cost."
platform_orders = "Orders that the tool claims, by its own rule."
platform_revenue = "Revenue that the tool claims, by its own rule."
*/
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_campaigns.sql" import campaign_totals %}
{% from "email/_money.sql" import campaign_money %}
WITH {{ credited_orders() }},

{{ campaign_totals() }},

{{ campaign_money() }}

SELECT
    campaign_id,
    campaign,
    campaign_type,
    subject_line,
    sent_at,
    counted_from,
    sent,
    delivered,
    hard_bounces,
    soft_bounces,
    main.ratio(hard_bounces + coalesce(soft_bounces, 0), sent) AS bounce_rate,
    CAST(opens AS BIGINT) AS opens,
    unique_opens,
    unique_human_opens,
    main.ratio(unique_opens, delivered) AS open_rate,
    main.ratio(unique_human_opens, delivered) AS human_open_rate,
    CAST(clicks AS BIGINT) AS clicks,
    unique_clicks,
    unique_human_clicks,
    main.ratio(unique_clicks, delivered) AS click_rate,
    main.ratio(unique_human_clicks, delivered) AS human_click_rate,
    main.ratio(unique_clicks, unique_opens) AS click_to_open_rate,
    unsubscribes,
    main.ratio(unsubscribes, delivered) AS unsubscribe_rate,
    complaints,
    main.ratio(complaints, delivered) AS complaint_rate,
    conversions,
    main.ratio(conversions, delivered) AS conversion_rate,
    main.money(credited_revenue) AS revenue,
    cost,
    main.ratio(credited_revenue, sent) AS revenue_per_email,
    recipients,
    main.ratio(credited_revenue, recipients) AS revenue_per_recipient,
    main.ratio(credited_revenue - cost, cost) AS roi,
    platform_orders,
    platform_revenue
FROM campaign_money
ORDER BY campaign_id
