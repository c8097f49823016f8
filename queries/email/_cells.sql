/*
[params]
start = { type = "timestamp", doc = "First moment of the assignments (of sending, in a report), inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
*/
{% from "email/_counts.sql" import mail_counts %}
{% from "email/_kinds.sql" import asked_campaigns %}
{% from "email/_reports.sql" import email_reports %}
{# What became of mails by a band of theirs and by kind of campaign: of each mail, and of campaigns of which only the report is known. The bands are SQL over mail, campaign and customer, and over report. #}
{% macro cells(mail_band, report_band, from_reports="true") %}
{{ asked_campaigns() }},

{% if from_reports == "true" %}
{{ email_reports() }},

{% endif %}
cells AS (
    SELECT
        {{ mail_band }} AS band,
        campaign.campaign_type,
        {{ mail_counts() }},
        count(*) FILTER (WHERE mail.delivered_at IS NOT NULL AND mail.first_opened_at IS NOT NULL AND epoch_us(mail.first_opened_at) - epoch_us(mail.delivered_at) <= 10000000) AS instant_opens
    FROM star.fact_email AS mail
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = mail.campaign_key
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = mail.customer_key
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
        AND NOT mail.is_holdout
    GROUP BY 1, 2
    {% if from_reports == "true" %}
    UNION ALL
    SELECT
        {{ report_band }},
        report.campaign_type,
        CAST(sum(report.recipients) AS BIGINT),
        CAST(sum(report.arrived) AS BIGINT),
        CAST(sum(report.hard_bounces) AS BIGINT),
        CAST(sum(report.soft_bounces) AS BIGINT),
        CAST(sum(report.opens) AS HUGEINT),
        CAST(sum(report.unique_opens) AS BIGINT),
        NULL,
        CAST(sum(report.clicks) AS HUGEINT),
        CAST(sum(report.unique_clicks) AS BIGINT),
        NULL,
        CAST(sum(report.unsubscribes) AS BIGINT),
        CAST(sum(report.complaints) AS BIGINT),
        NULL
    FROM email_reports AS report
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = report.campaign_key
    WHERE
        ($start IS NULL OR report.sent_at >= $start)
        AND ($until IS NULL OR report.sent_at < $until)
    GROUP BY 1, 2
    {% endif %}
)
{%- endmacro %}
