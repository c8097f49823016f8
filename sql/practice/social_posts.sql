/*
doc   = "A post on a social platform and how people answered to it. Practice view: everything in one place, in plain words."
grain = ["post_id"]

[columns]
post_id = "Number of the post."
posted_at = "When it was published, in the warehouse's zone."
post_date = "Day of the post."
platform = "Platform, such as Instagram. NULL when not known."
content_type = "Kind of post, such as image or video. NULL when not known."
campaign_id = "Campaign that the post belongs to. NULL when there is none."
campaign = "Name of that campaign. NULL when there is none."
post_text = "What the post says, without its hashtags. NULL when not known."
hashtags = "Its hashtags, each with its sign, with blanks between. NULL when not known."
impressions = "Times that the post was shown."
reach = "People who were shown the post at least once."
likes = "Likes and other reactions."
comments = "Comments."
shares = "Times that the post was shared."
clicks = "Clicks on the post's link."
video_views = "Views of the post's video, 0 for other kinds."
engagements = "likes + comments + shares + clicks."
engagement_rate = "engagements / reach. NULL when nobody was reached. For several posts divide the sums."
cost = "Production and promotion of the post."
*/
SELECT
    post.post_id,
    post.posted_at,
    CAST(post.posted_at AS DATE) AS post_date,
    main.known(post.platform) AS platform,
    main.known(post.content_type) AS content_type,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign,
    post.post_text,
    post.hashtags,
    post.impressions,
    post.reach,
    post.likes,
    post.comments,
    post.shares,
    post.clicks,
    post.video_views,
    post.likes + post.comments + post.shares + post.clicks AS engagements,
    main.ratio(post.likes + post.comments + post.shares + post.clicks, post.reach) AS engagement_rate,
    post.cost
FROM star.fact_social_post AS post
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = post.campaign_key
