/*
[params]
start = { type = "timestamp", doc = "First moment of the assignments (of sending, in a report), inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
*/
{% from "email/_counts.sql" import mail_counts %}
{% from "email/_reports.sql" import email_reports %}
{# What became of the mails of each campaign: mail by mail where a source tells that, else in the totals of its tool's report. #}
{% macro campaign_totals() %}
mail_campaigns AS (
    SELECT
        mail.campaign_key,
        min(coalesce(mail.sent_at, mail.assigned_at)) AS sent_at,
        {{ mail_counts() }},
        count(DISTINCT CASE WHEN mail.delivered_at IS NOT NULL THEN nullif(mail.customer_key, 0) END) AS recipients,
        count(*) FILTER (WHERE mail.is_holdout) AS holdout_recipients,
        main.money(sum(mail.cost)) AS cost
    FROM star.fact_email AS mail
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY mail.campaign_key
),

{{ email_reports() }},

campaign_counts AS (
    SELECT
        'mails' AS counted_from, campaign_key, sent_at,
        sent, delivered, hard_bounces, soft_bounces, opens, unique_opens, unique_human_opens, clicks, unique_clicks, unique_human_clicks,
        unsubscribes, complaints, recipients, holdout_recipients, cost,
        CAST(NULL AS BIGINT) AS platform_orders, CAST(NULL AS DECIMAL(18, 2)) AS platform_revenue
    FROM mail_campaigns
    UNION ALL
    SELECT
        'report', report.campaign_key, report.sent_at,
        report.recipients,
        report.arrived,
        report.hard_bounces, report.soft_bounces, report.opens, report.unique_opens, NULL, report.clicks, report.unique_clicks, NULL,
        report.unsubscribes, report.complaints, NULL, NULL, NULL, report.orders, report.revenue
    FROM email_reports AS report
    WHERE
        ($start IS NULL OR report.sent_at >= $start)
        AND ($until IS NULL OR report.sent_at < $until)
),

campaign_totals AS (
    SELECT
        counts.*,
        campaign.campaign_id,
        campaign.name AS campaign,
        campaign.campaign_type,
        campaign.subject_line,
        campaign.mailing
    FROM campaign_counts AS counts
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = counts.campaign_key
)
{%- endmacro %}
