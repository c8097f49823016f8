/*
[params]
start = { type = "timestamp", doc = "First moment of the posts, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the posts, exclusive. Default: all." }
only_platform = { type = "str", doc = "Only posts on this platform, in any letter case; an error where there is none. Default: all." }
*/
{% from "_shared/words.sql" import asked_words, is_asked %}
{# Posts in the range, with their engagements. The fact has 0 for what no source tells: a post that reached nobody has no known reach, and posts none of which cost anything no known cost. #}
{% macro posts(month="NULL") %}
{{ asked_words("$only_platform", "platform", "star.fact_social_post") }},

posts AS (
    SELECT
        {{ month }} AS month,
        post_id,
        posted_at,
        platform,
        content_type,
        campaign_key,
        post_text,
        hashtags,
        impressions,
        nullif(reach, 0) AS reach,
        likes,
        comments,
        shares,
        clicks,
        video_views,
        likes + comments + shares + clicks AS engagements,
        CASE WHEN reach > 0 THEN likes + comments + shares + clicks END AS reached_engagements,
        CASE WHEN reach > 0 THEN clicks END AS reached_clicks,
        CASE WHEN reach > 0 THEN impressions END AS reached_impressions,
        CASE WHEN known_cost.has_cost THEN cost END AS cost
    FROM star.fact_social_post
    CROSS JOIN (SELECT count(*) > 0 AS has_cost FROM (SELECT 1 FROM star.fact_social_post WHERE cost > 0 LIMIT 1) AS first_cost) AS known_cost
    CROSS JOIN asked_words
    WHERE
        ($start IS NULL OR posted_at >= $start)
        AND ($until IS NULL OR posted_at < $until)
        AND {{ is_asked("$only_platform", "platform") }}
)
{%- endmacro %}

{# Figures of posts by some of their columns, and the variance of the engagement rate: that of a ratio with posts as clusters. #}
{% macro figures(keys) %}
post_sums AS (
    SELECT
        {{ keys }},
        count(*) AS posts,
        {% for count in ["impressions", "reach", "likes", "comments", "shares", "clicks", "video_views", "engagements", "reached_engagements", "reached_clicks", "reached_impressions"] %}
        CAST(sum({{ count }}) AS BIGINT) AS {{ count }},
        {% endfor %}
        CAST(sum(cost) AS DECIMAL(18, 2)) AS cost,
        count(reach) AS reached_posts,
        main.ratio(sum(reached_engagements), sum(reach)) AS rate,
        CAST(sum(CAST(reached_engagements AS DECIMAL(38, 0)) * reached_engagements) AS DOUBLE) AS squared_engagements,
        CAST(sum(CAST(reached_engagements AS DECIMAL(38, 0)) * reach) AS DOUBLE) AS products,
        CAST(sum(CAST(reach AS DECIMAL(38, 0)) * reach) AS DOUBLE) AS squared_reach
    FROM posts
    GROUP BY {{ keys }}
),

figures AS (
    SELECT
        post_sums.*,
        CASE
            WHEN reached_posts > 1
                THEN stats.student_t_quantile(0.975, reached_posts - 1) * sqrt(
                    greatest(squared_engagements - 2 * rate * products + rate * rate * squared_reach, 0) * reached_posts / (reached_posts - 1)
                ) / reach
        END AS margin
    FROM post_sums
)
{%- endmacro %}

{# The columns that follow from `figures`. #}
{% macro figure_columns() %}
    posts,
    impressions,
    reach,
    likes,
    comments,
    shares,
    clicks,
    video_views,
    engagements,
    rate AS engagement_rate,
    CASE WHEN rate > margin THEN rate - margin WHEN rate <= margin THEN 0 END AS engagement_low,
    rate + margin AS engagement_high,
    main.ratio(engagements, impressions) AS engagement_by_impressions,
    main.ratio(reached_clicks, reach) AS click_rate,
    main.ratio(reached_impressions, reach) AS frequency,
    cost,
    main.ratio(cost, engagements) AS cost_per_engagement,
    main.ratio(cost, clicks) AS cost_per_click,
    main.ratio(cost * 1000, impressions) AS cost_per_thousand
{%- endmacro %}
