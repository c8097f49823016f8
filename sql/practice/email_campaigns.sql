/*
doc   = "An email campaign and what came of it. An order counts for the campaign whose email the customer last clicked within the 120 hours before it, as in email.credit; clicks by machines do not count for that. Campaigns without sends are here too. Practice view: everything in one place, in plain words."
grain = ["campaign_id"]

[columns]
campaign_id = "Identifier of the campaign. NULL in the row of emails whose campaign is not known."
campaign_name = "Name of the campaign. NULL when not known."
campaign_type = "Kind of campaign, such as Newsletter. NULL when not known."
subject_line = "Subject line of its emails, with {first_name} for the first name. NULL when not known."
mailing = "Mailing of which the campaign is one version: versions differ in their subject line and go to random parts of one audience. NULL when it stands alone."
send_date = "Day of the first send. NULL when nothing was sent."
emails_sent = "Emails sent."
emails_delivered = "Emails delivered."
emails_opened = "Emails opened, by whomever, machines included."
emails_clicked = "Emails clicked, by whomever, machines included."
unsubscribes = "Emails through which somebody unsubscribed."
open_rate = "emails_opened / emails_delivered. NULL when nothing was delivered."
click_rate = "emails_clicked / emails_delivered. NULL when nothing was delivered."
conversions = "Orders that count for the campaign."
conversion_rate = "conversions / emails_delivered. NULL when nothing was delivered."
revenue = "Net revenue of these orders."
cost = "Cost of sending."
roi = "(revenue - cost) / cost. NULL when sending cost nothing."
*/
WITH emails AS (
    SELECT
        campaign_key,
        CAST(min(sent_at) AS DATE) AS send_date,
        count(sent_at) AS sent,
        count(delivered_at) AS delivered,
        count(first_opened_at) AS opened,
        count(first_clicked_at) AS clicked,
        count(unsubscribed_at) AS unsubscribed,
        main.money(sum(cost)) AS cost
    FROM star.fact_email
    GROUP BY campaign_key
),

sales AS (
    SELECT campaign_key, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM email.credit
    GROUP BY campaign_key
)

SELECT
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign_name,
    main.known(campaign.campaign_type) AS campaign_type,
    campaign.subject_line,
    campaign.mailing,
    emails.send_date,
    coalesce(emails.sent, 0) AS emails_sent,
    coalesce(emails.delivered, 0) AS emails_delivered,
    coalesce(emails.opened, 0) AS emails_opened,
    coalesce(emails.clicked, 0) AS emails_clicked,
    coalesce(emails.unsubscribed, 0) AS unsubscribes,
    main.ratio(emails.opened, emails.delivered) AS open_rate,
    main.ratio(emails.clicked, emails.delivered) AS click_rate,
    coalesce(sales.conversions, 0) AS conversions,
    main.ratio(coalesce(sales.conversions, 0), emails.delivered) AS conversion_rate,
    main.money(coalesce(sales.revenue, 0)) AS revenue,
    coalesce(emails.cost, 0) AS cost,
    main.ratio(coalesce(sales.revenue, 0) - emails.cost, emails.cost) AS roi
FROM star.dim_campaign AS campaign
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
LEFT JOIN emails ON emails.campaign_key = campaign.campaign_key
LEFT JOIN sales ON sales.campaign_key = campaign.campaign_key
WHERE emails.campaign_key IS NOT NULL OR channel.channel = 'Email'
