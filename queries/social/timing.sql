/*
question = "At which hour, or on which day, do people answer a post most?"
doc = """
Posts by the hour or the weekday of posting (in the warehouse's zone), with a factor: answers per person reached of a post at that time, over the usual of the same platform and kind of content \
(the geometric mean over its posts). The 95 % interval is Student's, the spread between posts taken as the same at all times. Posts that reached nobody are left out."""
misleads = "Of 24 hours without any difference one or two lie beyond their interval. What is posted at night may differ from what is posted at noon. A post goes on being answered for days, so its hour matters less than platforms say."
grain = ["band"]
headline = ["band", "posts", "engagement_rate", "factor", "factor_low", "factor_high"]
needs = ["star.fact_social_post"]

[chart]
kind = "interval"
x = "band"
y = "factor"
low = "factor_low"
high = "factor_high"
reference = 1

[finding]
text = "Posts at {band} get {factor:number} times the usual answers ({factor_low:number} to {factor_high:number})."
sql = "SELECT band, factor, factor_low, factor_high FROM answer WHERE p_value < 0.05 / (SELECT count(*) FROM answer) AND factor > 1 ORDER BY factor DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["hour", "weekday"], default = "hour", doc = "What a row is: an hour of the day (00 to 23), or a day of the week (1 is Monday)." }

[columns]
band = "Hour, or day of the week."
posts = "Posts that reached somebody."
reach = "People shown a post, each as often as the posts they were shown."
engagements = "Likes, comments, shares and clicks."
engagement_rate = "engagements / reach."
factor = "Answers per person reached, over the usual of the same platform and kind of content."
factor_low = "Lower end of its 95 % interval. NULL where posts are too few to tell."
factor_high = "Upper end."
p_value = "Two-sided p-value of a factor of 1."
*/
{% from "social/_posts.sql" import posts %}
WITH {{ posts() }},

answered AS (
    SELECT
        platform || ' ' || content_type AS stratum,
        CASE $by
            WHEN 'hour' THEN right('0' || CAST(extract(hour FROM posted_at) AS VARCHAR), 2)
            ELSE CAST(extract(isodow FROM posted_at) AS VARCHAR)
        END AS band,
        reach,
        engagements,
        main.fixed_point(ln((engagements + 0.5) / reach)) AS answers
    FROM posts
    WHERE reach > 0
),

strata AS (
    SELECT stratum, CAST(sum(answers) AS DOUBLE) / count(*) AS usual
    FROM answered
    GROUP BY stratum
),

centred AS (
    SELECT answered.*, CAST(answered.answers AS DOUBLE) - strata.usual AS deviation
    FROM answered
    INNER JOIN strata ON strata.stratum = answered.stratum
),

bands AS (
    SELECT
        band,
        count(*) AS posts,
        CAST(sum(reach) AS BIGINT) AS reach,
        CAST(sum(engagements) AS BIGINT) AS engagements,
        CAST(sum(main.fixed_point(deviation)) AS DOUBLE) / count(*) AS mean,
        CAST(sum(main.fixed_point(deviation * deviation)) AS DOUBLE) AS squares
    FROM centred
    GROUP BY band
),

-- What is left between the posts of one stratum and time.
errors AS (
    SELECT
        bands.*,
        CASE
            WHEN sum(posts) OVER () > count(*) OVER () + freedom.strata - 1
                THEN greatest(sum(squares - posts * mean * mean) OVER (), 0) / (sum(posts) OVER () - count(*) OVER () - freedom.strata + 1)
        END AS variance,
        CAST(sum(posts) OVER () - count(*) OVER () - freedom.strata + 1 AS BIGINT) AS degrees
    FROM bands
    CROSS JOIN (SELECT count(*) AS strata FROM strata) AS freedom
),

margins AS (
    SELECT errors.*, sqrt(variance / posts) AS standard_error, stats.student_t_quantile(0.975, degrees) * sqrt(variance / posts) AS margin
    FROM errors
)

SELECT
    band,
    posts,
    reach,
    engagements,
    main.ratio(engagements, reach) AS engagement_rate,
    exp(mean) AS factor,
    exp(mean - margin) AS factor_low,
    exp(mean + margin) AS factor_high,
    stats.student_t_p(mean / nullif(standard_error, 0), degrees) AS p_value
FROM margins
ORDER BY band
