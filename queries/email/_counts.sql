{# What became of mails, as columns of a SELECT over star.fact_email AS mail. Opens and clicks are those of mails that were delivered: of one that came back, a machine on the way made them. #}
{% macro mail_counts() %}
        count(mail.sent_at) AS sent,
        count(mail.delivered_at) AS delivered,
        count(*) FILTER (WHERE mail.bounce_type = 'hard') AS hard_bounces,
        count(*) FILTER (WHERE mail.bounce_type = 'soft') AS soft_bounces,
        sum(CASE WHEN mail.delivered_at IS NOT NULL THEN mail.open_count ELSE 0 END) AS opens,
        count(mail.first_opened_at) FILTER (WHERE mail.delivered_at IS NOT NULL) AS unique_opens,
        -- Where a source cannot tell people from machines, no number is right but that of no opens at all.
        CASE
            WHEN count(mail.first_opened_at) FILTER (WHERE NOT mail.is_human_known AND mail.delivered_at IS NOT NULL) = 0
                THEN count(mail.first_human_opened_at) FILTER (WHERE mail.delivered_at IS NOT NULL)
        END AS unique_human_opens,
        sum(CASE WHEN mail.delivered_at IS NOT NULL THEN mail.click_count ELSE 0 END) AS clicks,
        count(mail.first_clicked_at) FILTER (WHERE mail.delivered_at IS NOT NULL) AS unique_clicks,
        CASE
            WHEN count(mail.first_clicked_at) FILTER (WHERE NOT mail.is_human_known AND mail.delivered_at IS NOT NULL) = 0
                THEN count(mail.first_human_clicked_at) FILTER (WHERE mail.delivered_at IS NOT NULL)
        END AS unique_human_clicks,
        count(mail.unsubscribed_at) AS unsubscribes,
        count(mail.complained_at) AS complaints
{%- endmacro %}
