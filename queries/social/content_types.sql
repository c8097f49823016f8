/*
question = "Which kind of post makes people answer, on one and the same platform?"
doc = """
Posts by kind of content, on all platforms together: the plain figures, and a factor. It says how many times as much of the measure a kind has as the kind posted most (whose factor is 1), \
on the same platform in the same quarter: a regression of the logarithm of the measure of each post, within platform and quarter, with Student's 95 % interval. Measures of answers are those per person reached. Posts that reached nobody are left out of it."""
misleads = "Plain rates mix platforms: a kind that is posted where people answer much looks good. Kinds also differ in what they say. A factor of which the interval holds 1 may be chance."
grain = ["content_type"]
headline = ["content_type", "posts", "engagement_rate", "factor", "factor_low", "factor_high", "cost_per_engagement"]
needs = ["star.fact_social_post"]

[chart]
kind = "interval"
x = "content_type"
y = "factor"
low = "factor_low"
high = "factor_high"
reference = 1

[finding]
text = "{content_type} posts have {factor:number} times the answers of {usual} posts on the same platform ({factor_low:number} to {factor_high:number})."
sql = """
SELECT content_type, factor, factor_low, factor_high, (SELECT content_type FROM answer WHERE factor = 1 AND factor_low IS NULL ORDER BY posts DESC, content_type LIMIT 1) AS usual
FROM answer
WHERE factor_low > 1
ORDER BY factor DESC, content_type LIMIT 1"""

[params]
measure = { type = "choice", of = ["engagement", "reach", "likes", "comments", "shares", "clicks", "cost"], default = "engagement", doc = "What the factor is of: reach, cost, or answers per person reached." }

[columns]
content_type = "Kind of post; (unknown) where it is not known."
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
factor = "Measure of a post, over that of the kind posted most, the platform and the quarter being equal. NULL where no platform has both."
factor_low = "Lower end of its 95 % interval. NULL for the kind posted most."
factor_high = "Upper end."
p_value = "Two-sided p-value of no difference, by Student's t."
*/
{% from "social/_posts.sql" import posts, figures, figure_columns %}
{% from "_shared/regression.sql" import coefficients %}
WITH RECURSIVE {{ posts() }},

{{ figures("content_type") }},

usual_type AS (
    SELECT content_type
    FROM figures
    ORDER BY posts DESC, content_type
    LIMIT 1
),

-- Half an answer more keeps the logarithm where there was none.
regressed AS (
    SELECT
        post_id AS observation,
        platform || ' ' || CAST(CAST(date_trunc('quarter', posted_at) AS DATE) AS VARCHAR) AS stratum,
        CASE $measure
            WHEN 'reach' THEN ln(reach)
            WHEN 'cost' THEN ln(CASE WHEN cost > 0 THEN CAST(cost AS DOUBLE) END)
            ELSE ln((CASE $measure WHEN 'likes' THEN likes WHEN 'comments' THEN comments WHEN 'shares' THEN shares WHEN 'clicks' THEN clicks ELSE engagements END + 0.5) / reach)
        END AS outcome,
        1.0 AS weight
    FROM posts
    WHERE reach > 0 AND ($measure <> 'cost' OR cost > 0)
),

regressors AS (
    SELECT posts.post_id AS observation, posts.content_type AS term, 1.0 AS value
    FROM posts
    INNER JOIN usual_type ON usual_type.content_type <> posts.content_type
),

{{ coefficients() }}

SELECT
    figures.content_type,
{{ figure_columns() }},
    CASE WHEN figures.content_type = usual_type.content_type THEN 1 ELSE exp(effects.coefficient) END AS factor,
    exp(effects.coefficient - effects.error_margin) AS factor_low,
    exp(effects.coefficient + effects.error_margin) AS factor_high,
    effects.p_value
FROM figures
CROSS JOIN usual_type
LEFT JOIN effects ON effects.term = figures.content_type
ORDER BY figures.content_type
