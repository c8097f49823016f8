/*
doc      = "No fact that came regularly has fallen silent: the days since its last row are no more than the longest silence in its history, or than the parameter where that is more. A fact with rows on few days is not judged. Today is the newest load's as_of, else the last day of any fact."
relation = "star"
severity = "warn"

[params]
days   = { type = "int", default = 7, min = 0, doc = "Days of silence that are always allowed." }
active = { type = "int", default = 10, min = 1, doc = "On how many days a fact must have rows to be judged." }
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
    UNION ALL
    SELECT 'star.fact_email', year(assigned_at) * 10000 + month(assigned_at) * 100 + day(assigned_at) FROM star.fact_email
),

days AS (
    SELECT relation, CAST(strptime(CAST(date_key AS VARCHAR), '%Y%m%d') AS DATE) AS on_day
    FROM facts
    WHERE date_key <> 0
    GROUP BY relation, date_key
),

silences AS (
    SELECT
        relation,
        on_day,
        date_diff('day', lag(on_day) OVER (PARTITION BY relation ORDER BY on_day), on_day) AS silent_days
    FROM days
),

today AS (
    SELECT coalesce((SELECT as_of FROM meta.load ORDER BY load_id DESC LIMIT 1), (SELECT max(on_day) FROM days)) AS today_on
)

SELECT
    silences.relation,
    max(silences.on_day) AS last_on,
    'silent for ' || date_diff('day', max(silences.on_day), max(today.today_on))
    || ' days, before for at most ' || coalesce(max(silences.silent_days), 0) AS reason
FROM silences
CROSS JOIN today
GROUP BY silences.relation
HAVING
    count(*) >= $active
    AND date_diff('day', max(silences.on_day), max(today.today_on)) > greatest($days, coalesce(max(silences.silent_days), 0))
ORDER BY silences.relation
