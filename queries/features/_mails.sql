{# What each customer was mailed and how they answered before the moment of asking: mail_sums. Opens and clicks are those by people; by whomever
   where a source does not tell people from machines. Reads asked. #}
{% macro mails() %}
mail_days AS (
    SELECT
        mail.customer_key,
        main.elapsed_days(mail.delivered_at, asked.as_of) AS delivered_ago,
        main.elapsed_days(CASE WHEN mail.is_human_known THEN mail.first_human_opened_at ELSE mail.first_opened_at END, asked.as_of) AS opened_ago,
        main.elapsed_days(CASE WHEN mail.is_human_known THEN mail.first_human_clicked_at ELSE mail.first_clicked_at END, asked.as_of) AS clicked_ago,
        main.elapsed_days(mail.unsubscribed_at, asked.as_of) AS unsubscribed_ago,
        main.elapsed_days(mail.complained_at, asked.as_of) AS complained_ago
    FROM star.fact_email AS mail
    CROSS JOIN asked
    WHERE mail.customer_key <> 0 AND mail.delivered_at < asked.as_of
),

mail_sums AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE delivered_ago <= 30) AS mails_30d,
        count(*) FILTER (WHERE delivered_ago <= 90) AS mails_90d,
        count(*) FILTER (WHERE delivered_ago <= 365) AS mails_365d,
        count(*) FILTER (WHERE opened_ago > 0 AND opened_ago <= 30) AS opens_30d,
        count(*) FILTER (WHERE opened_ago > 0 AND opened_ago <= 90) AS opens_90d,
        count(*) FILTER (WHERE opened_ago > 0 AND opened_ago <= 365) AS opens_365d,
        count(*) FILTER (WHERE clicked_ago > 0 AND clicked_ago <= 90) AS clicks_90d,
        count(*) FILTER (WHERE clicked_ago > 0 AND clicked_ago <= 365) AS clicks_365d,
        min(opened_ago) FILTER (WHERE opened_ago > 0) AS days_since_open,
        min(clicked_ago) FILTER (WHERE clicked_ago > 0) AS days_since_click,
        count(*) FILTER (WHERE unsubscribed_ago > 0) AS unsubscribed_mails,
        count(*) FILTER (WHERE complained_ago > 0) AS complained_mails
    FROM mail_days
    GROUP BY customer_key
)
{%- endmacro %}
