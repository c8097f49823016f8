-- Social posts, by kind of content: answers per person reached against those of images on the same platform, and how much luck is in them.
WITH posts AS (
    SELECT
        content_type,
        platform,
        reach,
        impressions,
        likes + comments + shares + clicks AS answers,
        cast(cost AS DOUBLE) AS cost,
        post_text
    FROM star.fact_social_post
    WHERE reach > 0
),

rates AS (
    SELECT
        *,
        cast(sum(answers) OVER kinds AS DOUBLE) / sum(reach) OVER kinds AS rate,
        cast(sum(answers) FILTER (WHERE content_type = 'image') OVER platforms AS DOUBLE)
        / nullif(sum(reach) FILTER (WHERE content_type = 'image') OVER platforms, 0) AS rate_of_images
    FROM posts
    WINDOW kinds AS (PARTITION BY platform, content_type), platforms AS (PARTITION BY platform)
),

texts AS (
    SELECT cast(max(times) AS DOUBLE) / sum(times) AS most
    FROM (SELECT post_text, count(*) AS times FROM posts GROUP BY post_text)
)

SELECT
    rates.content_type,
    avg(rates.rate / rates.rate_of_images) AS answers_against_images,
    sqrt(avg(power(rates.answers - rates.reach * rates.rate, 2) / (rates.reach * rates.rate))) AS luck_against_chance,
    stddev_samp(rates.impressions / rates.reach) AS spread_of_impressions_per_reach,
    CASE WHEN rates.content_type IS NULL THEN max(texts.most) END AS share_of_the_most_frequent_text
FROM rates
CROSS JOIN texts
GROUP BY GROUPING SETS ((rates.content_type), ())
ORDER BY rates.content_type
