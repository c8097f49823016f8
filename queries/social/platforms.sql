/*
question = "On which platform do people answer, and what does an answer cost?"
doc = """
Posts by platform, or by platform and month: how often they were shown, to how many, how people answered, and what it cost. Engagement is likes, comments, shares and clicks, by reach and by impressions. \
The 95 % interval takes posts, not people, as what varies: that of a ratio of sums with posts as clusters, by Student's t."""
misleads = "Each platform counts reach and impressions in its own way, and posts on one are not those on another: compare kinds of posts within a platform (social/content_types). Cost is that of posts, not of people's time elsewhere."
grain = ["platform", "month"]
headline = ["platform", "posts", "reach", "engagement_rate", "engagement_low", "engagement_high", "cost_per_engagement"]
needs = ["star.fact_social_post"]

[chart]
kind = "interval"
x = "platform"
y = "engagement_rate"
low = "engagement_low"
high = "engagement_high"

[finding]
text = "{platform} has the highest engagement: {engagement_rate:percent} of those reached ({engagement_low:percent} to {engagement_high:percent})."
sql = "SELECT platform, engagement_rate, engagement_low, engagement_high FROM answer WHERE posts >= 10 AND month IS NULL AND engagement_low > (SELECT sum(engagement_rate * reach) / sum(reach) FROM answer) ORDER BY engagement_rate DESC, platform LIMIT 1"

[params]
by_month = { type = "bool", default = false, doc = "Whether each month is a row of its own." }

[columns]
platform = "Platform; (unknown) where it is not known."
month = "First day of the month of posting. NULL unless by_month."
posts = "Posts."
impressions = "Times that they were shown."
reach = "People shown a post, each as often as the posts they were shown. NULL where none is known."
likes = "Likes and other reactions."
comments = "Comments."
shares = "Times that they were shared."
clicks = "Clicks on their links."
video_views = "Views of their videos."
engagements = "likes + comments + shares + clicks."
engagement_rate = "engagements / reach, a ratio of sums over the posts whose reach is known. NULL where none is."
engagement_low = "Lower end of its 95 % interval, posts taken as what varies. NULL with one post."
engagement_high = "Upper end."
engagement_by_impressions = "engagements / impressions."
click_rate = "clicks / reach, of the same posts."
frequency = "impressions / reach, of the same posts: how often one reached was shown a post."
cost = "Production and promotion of the posts. NULL where no post in the warehouse has a cost."
cost_per_engagement = "cost / engagements."
cost_per_click = "cost / clicks."
cost_per_thousand = "cost of 1,000 impressions."
*/
{% from "social/_posts.sql" import posts, figures, figure_columns %}
WITH {{ posts("CASE WHEN $by_month THEN CAST(date_trunc('month', posted_at) AS DATE) END") }},

{{ figures("platform, month") }}

SELECT
    platform,
    month,
{{ figure_columns() }}
FROM figures
ORDER BY platform, month NULLS FIRST
