/*
question = "How many people have the posts of a month reached together?"
doc = """
Platforms tell how many people a post reached, not how many several posts did together. One row a platform and month: at least as many as the largest post reached, at most the sum of all; and an estimate \
for posts that reach people of one audience independently: audience x (1 - the product of (1 - reach / audience) over the posts). The audience is the number given or, without one, audience_factor times the largest reach of \
any post on the platform."""
misleads = "Who sees one post is likelier to see the next, so the truth is below the estimate, and an audience that is guessed too large makes it larger. People on two platforms count twice."
grain = ["platform", "month"]
headline = ["platform", "month", "posts", "at_least", "estimated_reach", "at_most"]
needs = ["star.fact_social_post.reach"]

[chart]
kind = "interval"
x = "month"
y = "estimated_reach"
low = "at_least"
high = "at_most"
series = "platform"

[finding]
text = "The {posts:count} posts of {month} on {platform} may have reached {estimated_reach:count} people together, {frequency:number} times each."
sql = "SELECT posts, month, platform, round(estimated_reach) AS estimated_reach, frequency FROM answer WHERE posts > 1 ORDER BY month DESC, platform LIMIT 1"

[params]
audience = { type = "float", min = 1, doc = "People who might be shown a post of a platform. Default: worked out by audience_factor." }
audience_factor = { type = "float", min = 1, max = 1000, default = 2, doc = "Audience of a platform, over the largest reach of any of its posts." }

[columns]
platform = "Platform."
month = "First day of the month of posting."
posts = "Posts that reached somebody."
audience = "Audience of the platform; never less than the largest reach of a post in the range."
at_least = "The largest reach of a post."
estimated_reach = "People reached at least once, by the estimate."
at_most = "The sum of the reach of all posts, as far as there is an audience."
impressions = "Times that the posts were shown."
frequency = "impressions / estimated_reach."
*/
{% from "social/_posts.sql" import posts %}
WITH {{ posts("CAST(date_trunc('month', posted_at) AS DATE)") }},

platforms AS (
    SELECT platform, greatest(coalesce($audience, 0), CASE WHEN $audience IS NULL THEN $audience_factor ELSE 1 END * max(reach)) AS audience_size
    FROM posts
    GROUP BY platform
),

months AS (
    SELECT
        posts.platform,
        posts.month,
        platforms.audience_size,
        count(*) AS posts,
        max(posts.reach) AS largest,
        CAST(sum(posts.reach) AS BIGINT) AS total,
        CAST(sum(posts.impressions) AS BIGINT) AS impressions,
        -- Who might be shown a post was, if it reached all.
        CAST(sum(main.fixed_point(CASE WHEN posts.reach < platforms.audience_size THEN ln(1 - posts.reach / platforms.audience_size) ELSE -1000 END)) AS DOUBLE) AS log_missed
    FROM posts
    INNER JOIN platforms ON platforms.platform = posts.platform
    WHERE posts.reach > 0
    GROUP BY posts.platform, posts.month, platforms.audience_size
)

SELECT
    platform,
    month,
    posts,
    CAST(audience_size AS DOUBLE) AS audience,
    largest AS at_least,
    audience_size * (1 - exp(log_missed)) AS estimated_reach,
    CAST(least(total, audience_size) AS BIGINT) AS at_most,
    impressions,
    impressions / (audience_size * (1 - exp(log_missed))) AS frequency
FROM months
ORDER BY platform, month
