/*
question = "Do social media bring in what they cost?"
doc = """
Cost of posts and of ads beside the orders that an attribution model credits to organic and to paid social media (attribution/channels, by the model chosen). One row a channel or, by platform, a platform of it; \
a channel's orders are then shared out to its platforms in the ratio of their clicks, since a visit tells the channel and seldom the platform. Orders count as placed, before refunds."""
misleads = "Credit is not effect: attribution/scorecard shows by how much. Shared out by clicks, platforms whose clicks bring fewer orders look better than they are. Posts also do what nobody can click."
grain = ["channel", "platform"]
headline = ["channel", "platform", "cost", "clicks", "conversions", "revenue", "roi"]
needs = ["star.fact_social_post or star.fact_ad_spend", "star.fact_touchpoint", "star.fact_order"]

[chart]
kind = "bar"
x = "platform"
y = "roi"
series = "channel"

[finding]
text = "{channel} ({platform}) is credited with {revenue:money} for a cost of {cost:money}."
sql = "SELECT channel, platform, revenue, cost FROM answer WHERE cost > 0 AND conversions >= 10 ORDER BY roi DESC, channel, platform LIMIT 1"

[params]
by = { type = "choice", of = ["channel", "platform"], default = "channel", doc = "What a row is: organic or paid social media, or a platform of these." }

[columns]
channel = "Organic Social or Paid Social."
platform = "Platform, or (all)."
posts = "Posts. NULL for Paid Social."
impressions = "Times that posts or ads were shown."
clicks = "Clicks on them."
cost = "Cost of posts, or what ads charged."
cost_per_click = "cost / clicks."
conversions = "Orders credited, with fractions. NULL where no touches are known."
revenue = "Their net revenue."
cost_per_conversion = "cost / conversions."
revenue_per_click = "revenue / clicks."
roas = "revenue / cost."
roi = "(revenue - cost) / cost."
*/
{% from "social/_credit.sql" import channel_credits, paid_social %}
WITH {{ channel_credits() }},

{{ paid_social() }},

platforms AS (
    SELECT
        'Organic Social' AS channel,
        platform,
        count(*) AS posts,
        CAST(sum(impressions) AS BIGINT) AS impressions,
        CAST(sum(clicks) AS BIGINT) AS clicks,
        CAST(sum(cost) AS DECIMAL(18, 2)) AS cost
    FROM star.fact_social_post
    WHERE
        ($start IS NULL OR posted_at >= $start)
        AND ($until IS NULL OR posted_at < $until)
    GROUP BY platform
    UNION ALL
    SELECT 'Paid Social', platform, NULL, impressions, clicks, cost
    FROM paid_social
),

-- Of a channel whose platforms had no clicks each gets as much.
shares AS (
    SELECT
        platforms.*,
        CASE
            WHEN sum(clicks) OVER (PARTITION BY channel) > 0 THEN CAST(clicks AS DOUBLE) / CAST(sum(clicks) OVER (PARTITION BY channel) AS DOUBLE)
            ELSE 1.0 / count(*) OVER (PARTITION BY channel)
        END AS share
    FROM platforms
),

credited AS (
    SELECT
        shares.channel,
        CASE $by WHEN 'channel' THEN '(all)' ELSE shares.platform END AS platform,
        shares.posts,
        shares.impressions,
        shares.clicks,
        shares.cost,
        CASE WHEN known_touches.has_touches THEN shares.share * coalesce(credits.conversions, 0) END AS conversions,
        CASE WHEN known_touches.has_touches THEN shares.share * coalesce(credits.revenue, 0) END AS revenue
    FROM shares
    CROSS JOIN known_touches
    LEFT JOIN channel_credits AS credits ON credits.channel = shares.channel
),

totals AS (
    SELECT
        channel,
        platform,
        CAST(sum(posts) AS BIGINT) AS posts,
        CAST(sum(impressions) AS BIGINT) AS impressions,
        CAST(sum(clicks) AS BIGINT) AS clicks,
        CAST(sum(cost) AS DECIMAL(18, 2)) AS cost,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM credited
    GROUP BY channel, platform
)

SELECT
    channel,
    platform,
    posts,
    impressions,
    clicks,
    cost,
    main.ratio(cost, clicks) AS cost_per_click,
    conversions,
    revenue,
    main.ratio(cost, conversions) AS cost_per_conversion,
    main.ratio(revenue, clicks) AS revenue_per_click,
    main.ratio(revenue, cost) AS roas,
    main.ratio(revenue - CAST(cost AS DOUBLE), cost) AS roi
FROM totals
ORDER BY channel, platform
