-- What became of the mails of each kind of campaign.
mail_credits AS (
    SELECT email_id, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM credited_orders
    GROUP BY email_id
),

campaigns AS (
    SELECT campaign.campaign_key, campaign.campaign_type
    FROM star.dim_campaign AS campaign
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE channel.channel = 'Email' OR campaign.campaign_key IN (SELECT campaign_key FROM star.fact_email)
),

mail_totals AS (
    SELECT
        campaigns.campaign_type,
        count(mail.sent_at) AS sent,
        count(mail.delivered_at) AS delivered,
        count(*) FILTER (WHERE mail.bounce_type = 'hard') AS hard_bounces,
        count(*) FILTER (WHERE mail.bounce_type = 'soft') AS soft_bounces,
        count(mail.first_opened_at) AS unique_opens,
        -- Where a source cannot tell people from machines, no number is right but that of no opens at all.
        CASE WHEN count(mail.first_opened_at) FILTER (WHERE NOT mail.is_human_known) = 0 THEN count(mail.first_human_opened_at) END AS unique_human_opens,
        count(mail.first_clicked_at) AS unique_clicks,
        CASE WHEN count(mail.first_clicked_at) FILTER (WHERE NOT mail.is_human_known) = 0 THEN count(mail.first_human_clicked_at) END AS unique_human_clicks,
        count(mail.unsubscribed_at) AS unsubscribes,
        count(mail.complained_at) AS complaints,
        coalesce(sum(mail_credits.conversions), 0) AS conversions,
        main.money(coalesce(sum(mail_credits.revenue), 0)) AS revenue,
        main.money(sum(mail.cost)) AS cost,
        count(DISTINCT CASE WHEN mail.delivered_at IS NOT NULL THEN nullif(mail.customer_key, 0) END) AS recipients,
        count(*) FILTER (WHERE mail.is_holdout) AS holdout_recipients
    FROM star.fact_email AS mail
    INNER JOIN campaigns ON campaigns.campaign_key = mail.campaign_key
    LEFT JOIN mail_credits ON mail_credits.email_id = mail.email_id
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY campaigns.campaign_type
)
