-- What mail earns, credited to the last click within five days, by automatic mail (flows) and mailings (campaigns), and what it causes.
WITH mails AS (
    SELECT
        mail.email_id,
        mail.cost,
        mail.sent_at,
        CASE WHEN campaign.campaign_type IN ('Welcome', 'Abandoned Cart') THEN 'flows' ELSE 'campaigns' END AS kind
    FROM star.fact_email AS mail
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = mail.campaign_key
),

credits AS (
    SELECT email_id, count(*) AS orders, sum(net_revenue) AS revenue
    FROM email.credit
    GROUP BY email_id
),

credited AS (
    SELECT
        mails.kind,
        count(mails.sent_at) AS sent,
        sum(credits.orders) AS orders,
        cast(sum(credits.revenue) AS DOUBLE) AS revenue,
        cast(sum(mails.cost) AS DOUBLE) AS cost
    FROM mails
    LEFT JOIN credits ON credits.email_id = mails.email_id
    GROUP BY GROUPING SETS ((mails.kind), ())
),

caused AS (
    SELECT cast(sum(orders.net_revenue) AS DOUBLE) AS revenue
    FROM truth.order_cause AS cause
    INNER JOIN star.fact_touchpoint AS touch ON touch.touchpoint_id = cause.touchpoint_id
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key
    INNER JOIN star.fact_order AS orders ON orders.order_id = cause.order_id
    WHERE channel.channel = 'Email'
),

visits AS (
    SELECT avg(CASE WHEN visit.is_converted THEN 1.0 ELSE 0.0 END) AS conversion
    FROM star.fact_session AS visit
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
    WHERE channel.channel = 'Email'
)

SELECT
    credited.kind,
    credited.revenue / nullif(credited.sent, 0) AS revenue_per_mail,
    credited.orders / nullif(credited.sent, 0) AS order_rate,
    credited.revenue / nullif(credited.cost, 0) - 1 AS careless_return,
    CASE WHEN credited.kind IS NULL THEN caused.revenue / nullif(credited.revenue, 0) END AS caused_to_credited,
    CASE WHEN credited.kind IS NULL THEN visits.conversion END AS conversion_of_visits
FROM credited
CROSS JOIN caused
CROSS JOIN visits
ORDER BY credited.kind
