/*
question = "Email or social media: which brings more for its cost?"
doc = """
Email, organic and paid social media side by side: how often they spoke to people, how many clicked, what it cost, and what an attribution model credits to them (attribution/channels, by the model chosen). Messages are mails delivered, \
posts, and nothing for ads, whose impressions stand beside. Clicks in mail are those by people where a source tells, else all. Costs are those of sending mail, of posts, and of ads: the work of people is in none."""
misleads = "The three reach people at different moments: mail goes to those who are customers already, and last-touch models credit it with what others began. Credit is not effect; for mail email/holdout shows the effect."
grain = ["channel"]
headline = ["channel", "clicks", "cost", "conversions", "revenue", "revenue_per_click", "roi"]
needs = ["star.fact_email or star.fact_social_post or star.fact_ad_spend", "star.fact_touchpoint", "star.fact_order"]

[chart]
kind = "bar"
x = "channel"
y = "revenue_per_click"

[finding]
text = "A click from {channel} is credited with {revenue_per_click:money}, one from {other} with {other_revenue:money}."
sql = """
SELECT best.channel, best.revenue_per_click, other.channel AS other, other.revenue_per_click AS other_revenue
FROM answer AS best
INNER JOIN answer AS other ON other.revenue_per_click < best.revenue_per_click
WHERE best.conversions >= 10 AND other.conversions >= 10
ORDER BY best.revenue_per_click DESC, other.revenue_per_click LIMIT 1"""

[columns]
channel = "Email, Organic Social or Paid Social, where there is any of it."
messages = "Mails delivered, or posts. NULL for ads."
impressions = "Mails opened (by people where that is known), or times that posts and ads were shown."
clicks = "Clicks."
click_rate = "clicks per mail delivered, or per impression."
cost = "Cost of sending, of posts, of ads."
cost_per_click = "cost / clicks."
conversions = "Orders credited, with fractions. NULL where no touches are known."
conversion_rate = "conversions / clicks."
revenue = "Net revenue of these orders."
cost_per_conversion = "cost / conversions."
revenue_per_click = "revenue / clicks."
roi = "(revenue - cost) / cost."
*/
{% from "social/_credit.sql" import channel_credits, paid_social %}
WITH {{ channel_credits() }},

{{ paid_social() }},

sources AS (
    SELECT
        'Email' AS channel,
        count(delivered_at) AS messages,
        count(CASE WHEN is_human_known THEN first_human_opened_at ELSE first_opened_at END) AS impressions,
        count(CASE WHEN is_human_known THEN first_human_clicked_at ELSE first_clicked_at END) AS clicks,
        main.money(sum(cost)) AS cost
    FROM star.fact_email
    WHERE
        ($start IS NULL OR assigned_at >= $start)
        AND ($until IS NULL OR assigned_at < $until)
    UNION ALL
    SELECT 'Organic Social', count(*), CAST(sum(impressions) AS BIGINT), CAST(sum(clicks) AS BIGINT), CAST(sum(cost) AS DECIMAL(18, 2))
    FROM star.fact_social_post
    WHERE
        ($start IS NULL OR posted_at >= $start)
        AND ($until IS NULL OR posted_at < $until)
    UNION ALL
    SELECT 'Paid Social', NULL, CAST(sum(impressions) AS BIGINT), CAST(sum(clicks) AS BIGINT), CAST(sum(cost) AS DECIMAL(18, 2))
    FROM paid_social
),

credited AS (
    SELECT
        sources.*,
        CASE WHEN known_touches.has_touches THEN coalesce(credits.conversions, 0) END AS conversions,
        CASE WHEN known_touches.has_touches THEN coalesce(credits.revenue, 0) END AS revenue
    FROM sources
    CROSS JOIN known_touches
    LEFT JOIN channel_credits AS credits ON credits.channel = sources.channel
    WHERE sources.messages > 0 OR sources.impressions > 0 OR sources.cost > 0
)

SELECT
    channel,
    messages,
    impressions,
    clicks,
    main.ratio(clicks, CASE channel WHEN 'Email' THEN messages ELSE impressions END) AS click_rate,
    cost,
    main.ratio(cost, clicks) AS cost_per_click,
    conversions,
    main.ratio(conversions, clicks) AS conversion_rate,
    revenue,
    main.ratio(cost, conversions) AS cost_per_conversion,
    main.ratio(revenue, clicks) AS revenue_per_click,
    main.ratio(revenue - CAST(cost AS DOUBLE), cost) AS roi
FROM credited
ORDER BY channel
