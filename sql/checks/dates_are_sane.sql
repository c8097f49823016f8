/*
doc       = "No fact lies before the first day that is believed, or more than a day after the day that its load called today: the newest load's as_of, else the day on which it was put in place."
relation  = "star"
severity  = "warn"
generated = "error"

[params]
first = { type = "date", default = 1990-01-01, doc = "The first day that is believed." }
*/
WITH facts AS (
    SELECT 'star.fact_session' AS relation, date_key FROM star.fact_session
    UNION ALL
    SELECT 'star.fact_event', date_key FROM star.fact_event
    UNION ALL
    SELECT 'star.fact_touchpoint', date_key FROM star.fact_touchpoint
    UNION ALL
    SELECT 'star.fact_order', date_key FROM star.fact_order
    UNION ALL
    SELECT 'star.fact_return', date_key FROM star.fact_return
    UNION ALL
    SELECT 'star.fact_lead', date_key FROM star.fact_lead
    UNION ALL
    SELECT 'star.fact_ad_spend', date_key FROM star.fact_ad_spend
    UNION ALL
    SELECT 'star.fact_social_post', date_key FROM star.fact_social_post
    UNION ALL
    SELECT 'star.fact_exposure', date_key FROM star.fact_exposure
    UNION ALL
    SELECT 'star.fact_email', year(assigned_at) * 10000 + month(assigned_at) * 100 + day(assigned_at) FROM star.fact_email
),

bounds AS (
    SELECT
        CAST(strftime(CAST($first AS DATE), '%Y%m%d') AS INTEGER) AS first_key,
        CAST(strftime(arg_max(coalesce(as_of, CAST(loaded_at AS DATE)), load_id) + INTERVAL 1 DAY, '%Y%m%d') AS INTEGER) AS last_key
    FROM meta.load
)

SELECT facts.relation, facts.date_key, count(*) || ' rows on this day' AS reason
FROM facts
CROSS JOIN bounds
-- Key 0 is the unknown date.
WHERE facts.date_key <> 0 AND (facts.date_key < bounds.first_key OR facts.date_key > bounds.last_key)
GROUP BY facts.relation, facts.date_key
ORDER BY facts.relation, facts.date_key
