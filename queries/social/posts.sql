/*
question = "Which posts did better than posts of their kind?"
doc = """
One row a post: its answers, what they cost, and an index: its engagements over those to expect of as much reach at the rate of its kind of content on its platform. place orders the posts by it, those with as many as \
min_reach people reached first, for of few people a high index is chance."""
misleads = "The best of many posts is so in part by luck, and the next of its sort will do less well. A post of yesterday has not had all of its answers."
grain = ["post_id"]
headline = ["place", "platform", "content_type", "posted_at", "reach", "engagement_rate", "index"]
needs = ["star.fact_social_post"]

[chart]
kind = "scatter"
x = "reach"
y = "engagement_rate"
series = "platform"

[finding]
text = "The best post, a {content_type} on {platform}, had {index:number} times the answers of its kind: {engagements:count} of {reach:count} people reached."
sql = "SELECT content_type, platform, index, engagements, reach FROM answer WHERE place = 1 AND reach >= 100 AND index > 1"

[params]
min_reach = { type = "int", min = 0, default = 100, doc = "People whom a post must have reached to be placed before those that reached fewer." }

[columns]
post_id = "Post, as in star.fact_social_post."
place = "Place by index, 1 for the best."
posted_at = "When it was published, in the warehouse's zone."
platform = "Platform."
content_type = "Kind of post."
campaign = "Campaign that it belongs to. NULL when there is none."
post_text = "What it says. NULL when not known."
hashtags = "Its hashtags. NULL when not known."
impressions = "Times that it was shown."
reach = "People who were shown it. NULL where no source tells."
likes = "Likes and other reactions."
comments = "Comments."
shares = "Times that it was shared."
clicks = "Clicks on its link."
engagements = "likes + comments + shares + clicks."
engagement_rate = "engagements / reach. NULL where the reach is not known."
engagement_by_impressions = "engagements / impressions."
expected_engagements = "reach at the engagement rate of all posts of its kind on its platform."
index = "engagements / expected_engagements."
cost = "Production and promotion. NULL where no post in the warehouse has a cost."
cost_per_engagement = "cost / engagements."
*/
{% from "social/_posts.sql" import posts %}
WITH {{ posts() }},

expected AS (
    SELECT
        posts.*,
        coalesce(posts.reach, 0) >= $min_reach AS is_placed,
        main.known(campaign.name) AS campaign,
        posts.reach * main.ratio(
            sum(posts.reached_engagements) OVER (PARTITION BY posts.platform, posts.content_type),
            sum(posts.reach) OVER (PARTITION BY posts.platform, posts.content_type)
        ) AS expected_engagements
    FROM posts
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = posts.campaign_key
)

SELECT
    post_id,
    row_number() OVER (
        ORDER BY is_placed DESC, main.ratio(engagements, expected_engagements) DESC NULLS LAST, engagements DESC, post_id
    ) AS place,
    posted_at,
    platform,
    content_type,
    campaign,
    post_text,
    hashtags,
    impressions,
    reach,
    likes,
    comments,
    shares,
    clicks,
    engagements,
    main.ratio(engagements, reach) AS engagement_rate,
    main.ratio(engagements, impressions) AS engagement_by_impressions,
    expected_engagements,
    main.ratio(engagements, expected_engagements) AS index,
    cost,
    main.ratio(cost, engagements) AS cost_per_engagement
FROM expected
ORDER BY place, post_id
