/*
doc      = "Of a campaign no more mails were delivered than sent, opened than delivered, or opened and clicked in than opens and clicks were counted. Tools count in their own ways, so this is only a warning."
relation = "star.fact_email_report"
severity = "warn"
*/
SELECT
    campaign_key,
    concat_ws(
        ', ',
        'recipients ' || recipients,
        'delivered ' || delivered,
        'unique_opens ' || unique_opens || ' of ' || coalesce(opens, 0),
        'unique_clicks ' || unique_clicks || ' of ' || coalesce(clicks, 0)
    ) AS reason
FROM star.fact_email_report
WHERE
    delivered > recipients
    OR unique_opens > delivered
    OR unique_clicks > delivered
    OR unique_opens > opens
    OR unique_clicks > clicks
ORDER BY campaign_key
