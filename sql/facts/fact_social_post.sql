/*
doc   = "A post on a social platform, with its totals to date."
grain = ["post_id"]
watched = ["platform", "content_type", "impressions", "cost"]
at = "posted_at"

[columns]
post_id = "Number of the post, given by the loader, stable from load to load."
posted_at = "When it was published, in the warehouse's zone."
date_key = "Day of posted_at."
platform = "Platform, such as Instagram."
content_type = "Kind of post, such as image, carousel, video, story or link."
campaign_key = "Campaign that the post belongs to, or 0."
post_text = "What the post says, without its hashtags. NULL when not known."
hashtags = "Its hashtags, each with its sign, with blanks between. NULL when not known."
impressions = "Times that the post was shown."
reach = "People who were shown the post at least once."
likes = "Likes and other reactions."
comments = "Comments."
shares = "Times that the post was shared."
clicks = "Clicks on the post's link."
video_views = "Views of the post's video, 0 for other kinds."
cost = "Production and promotion of the post."
source_id = "The post's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_social_post (
    post_id BIGINT PRIMARY KEY,
    posted_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    platform VARCHAR NOT NULL DEFAULT '(unknown)',
    content_type VARCHAR NOT NULL DEFAULT '(unknown)',
    campaign_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_campaign (campaign_key),
    post_text VARCHAR,
    hashtags VARCHAR,
    impressions BIGINT NOT NULL DEFAULT 0,
    reach BIGINT NOT NULL DEFAULT 0,
    likes BIGINT NOT NULL DEFAULT 0,
    comments BIGINT NOT NULL DEFAULT 0,
    shares BIGINT NOT NULL DEFAULT 0,
    clicks BIGINT NOT NULL DEFAULT 0,
    video_views BIGINT NOT NULL DEFAULT 0,
    cost DECIMAL(18, 2) NOT NULL DEFAULT 0,
    source_id VARCHAR
)
