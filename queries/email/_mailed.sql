{% from "email/_by.sql" import band_of, segments_of, type_of %}
{% from "email/_counts.sql" import mail_counts %}
{# What became of the mails of each row. Reads credited_orders and campaigns. #}
{% macro mailed(by) %}
mail_credits AS (
    SELECT email_id, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM credited_orders
    GROUP BY email_id
),

mail_totals AS (
    SELECT
        {{ type_of(by) }} AS campaign_type,
        {{ band_of(by) }} AS band,
        {{ mail_counts() }},
        coalesce(sum(mail_credits.conversions), 0) AS conversions,
        main.money(coalesce(sum(mail_credits.revenue), 0)) AS revenue,
        main.money(sum(mail.cost)) AS cost,
        count(DISTINCT CASE WHEN mail.delivered_at IS NOT NULL THEN nullif(mail.customer_key, 0) END) AS recipients,
        count(*) FILTER (WHERE mail.is_holdout) AS holdout_recipients
    FROM star.fact_email AS mail
    INNER JOIN campaigns ON campaigns.campaign_key = mail.campaign_key
    LEFT JOIN mail_credits ON mail_credits.email_id = mail.email_id
    {{ segments_of(by) }}
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY 1, 2
)
{%- endmacro %}
