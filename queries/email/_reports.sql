{# Reports of campaigns of which no mail is known: what a campaign's mails tell, its report need not. Tools put their text messages into the same list: those are no mail.
   Of a report that tells no unique opens (or clicks), all opens are taken for them, as far as there are mails delivered. #}
{% macro email_reports() %}
email_reports AS (
    SELECT
        report.campaign_key,
        report.date_key,
        report.sent_at,
        report.recipients,
        report.delivered,
        report.arrived,
        report.hard_bounces,
        report.soft_bounces,
        report.opens,
        coalesce(report.unique_opens, CASE WHEN report.opens > report.arrived THEN report.arrived ELSE report.opens END) AS unique_opens,
        report.clicks,
        coalesce(report.unique_clicks, CASE WHEN report.clicks > report.arrived THEN report.arrived ELSE report.clicks END) AS unique_clicks,
        report.unsubscribes,
        report.complaints,
        report.orders,
        report.revenue,
        campaign.campaign_id,
        campaign.campaign_type
    FROM (
        SELECT *, coalesce(delivered, recipients - hard_bounces - coalesce(soft_bounces, 0)) AS arrived
        FROM star.fact_email_report
    ) AS report
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = report.campaign_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE
        report.campaign_key NOT IN (SELECT campaign_key FROM star.fact_email)
        AND coalesce(channel.channel, '(unknown)') NOT IN ('SMS', 'Mobile Push Notifications')
)
{%- endmacro %}
