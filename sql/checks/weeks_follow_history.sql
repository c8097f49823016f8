/*
doc      = "The last whole week of a fact has neither far fewer nor far more rows than the median of the weeks before: what is missing or there twice shows here first. A week counts as whole when a fact of any kind is later. Weeks of few rows are not judged."
relation = "star"
severity = "warn"

[params]
times = { type = "float", default = 4.0, min = 1.0, doc = "How many times as many, or as few, are allowed." }
weeks = { type = "int", default = 8, min = 2, doc = "How many weeks before make the median." }
rows  = { type = "int", default = 50, min = 1, doc = "The median from which a fact is judged." }
*/
WITH facts AS (
    SELECT 'star.fact_order' AS relation, date_key FROM star.fact_order
    UNION ALL
    SELECT 'star.fact_session', date_key FROM star.fact_session
    UNION ALL
    SELECT 'star.fact_event', date_key FROM star.fact_event
    UNION ALL
    SELECT 'star.fact_touchpoint', date_key FROM star.fact_touchpoint
    UNION ALL
    SELECT 'star.fact_ad_spend', date_key FROM star.fact_ad_spend
    UNION ALL
    SELECT 'star.fact_lead', date_key FROM star.fact_lead
),

days AS (
    SELECT relation, CAST(strptime(CAST(date_key AS VARCHAR), '%Y%m%d') AS DATE) AS on_day, count(*) AS day_rows
    FROM facts
    WHERE date_key <> 0
    GROUP BY relation, date_key
),

last_week AS (
    SELECT CAST(date_trunc('week', max(on_day)) AS DATE) - 7 AS from_day
    FROM days
),

weeks AS (
    SELECT
        days.relation,
        date_diff('day', CAST(date_trunc('week', days.on_day) AS DATE), last_week.from_day) // 7 AS weeks_ago,
        sum(days.day_rows) AS week_rows
    FROM days
    CROSS JOIN last_week
    WHERE days.on_day < last_week.from_day + 7 AND days.on_day >= last_week.from_day - 7 * $weeks
    GROUP BY days.relation, weeks_ago
),

compared AS (
    SELECT
        relation,
        coalesce(max(week_rows) FILTER (WHERE weeks_ago = 0), 0) AS last_rows,
        median(week_rows) FILTER (WHERE weeks_ago > 0) AS usual_rows
    FROM weeks
    GROUP BY relation
)

SELECT relation, last_rows || ' rows in the last whole week, usually ' || usual_rows AS reason
FROM compared
WHERE usual_rows >= $rows AND (last_rows * $times < usual_rows OR last_rows > usual_rows * $times)
ORDER BY relation
