-- Content: how many assets, and how soon their views fade: the share of the views of the first 180 days that came in the first 30.
WITH days AS (
    SELECT content_id, views, datediff('day', published_on, strptime(cast(date_key AS VARCHAR), '%Y%m%d')::DATE) AS age, published_on
    FROM star.fact_content
),

bounds AS (
    SELECT min(strptime(cast(date_key AS VARCHAR), '%Y%m%d')::DATE) AS first_day, max(strptime(cast(date_key AS VARCHAR), '%Y%m%d')::DATE) AS last_day
    FROM star.fact_content
)

SELECT
    NULL AS by_type,
    count(DISTINCT days.content_id) AS assets,
    cast(sum(days.views) FILTER (WHERE days.age < 30 AND days.published_on BETWEEN bounds.first_day AND bounds.last_day - 180) AS DOUBLE)
    / nullif(sum(days.views) FILTER (WHERE days.age < 180 AND days.published_on BETWEEN bounds.first_day AND bounds.last_day - 180), 0) AS first_month_of_half_a_year
FROM days
CROSS JOIN bounds
