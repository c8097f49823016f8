-- What becomes of mail. Rates are of mails delivered, bounces of mails sent; human leaves out privacy proxies and scanners.
SELECT
    campaigns.campaign_type AS by_type,
    cast(count(mails.first_opened_at) AS DOUBLE) / nullif(count(mails.delivered_at), 0) AS open_rate,
    cast(count(mails.first_human_opened_at) AS DOUBLE) / nullif(count(mails.delivered_at), 0) AS human_open_rate,
    cast(count(mails.first_clicked_at) AS DOUBLE) / nullif(count(mails.delivered_at), 0) AS click_rate,
    cast(count(mails.unsubscribed_at) AS DOUBLE) / nullif(count(mails.delivered_at), 0) AS unsubscribe_rate,
    cast(count(mails.complained_at) AS DOUBLE) / nullif(count(mails.delivered_at), 0) AS complaint_rate,
    cast(count(*) FILTER (WHERE mails.bounce_type = 'hard') AS DOUBLE) / nullif(count(mails.sent_at), 0) AS hard_bounce_rate,
    cast(count(*) FILTER (WHERE mails.bounce_type = 'soft') AS DOUBLE) / nullif(count(mails.sent_at), 0) AS soft_bounce_rate,
    cast(count(*) FILTER (WHERE mails.first_human_opened_at IS NULL AND mails.first_opened_at IS NOT NULL) AS DOUBLE)
    / nullif(count(mails.first_opened_at), 0) AS machine_only_share_of_opens
FROM star.fact_email AS mails
INNER JOIN star.dim_campaign AS campaigns ON campaigns.campaign_key = mails.campaign_key
GROUP BY GROUPING SETS ((campaigns.campaign_type), ())
ORDER BY by_type
