/*
question = "Of the people who visit within a month, how many come on an average day?"
doc = """
Stickiness is DAU / MAU: people active on a day, divided by people active within the 30 days that end with it. Active is who visited; a row takes the \
means over its days, and its ratios are ratios of sums. Customers are known by their log-in or by their browser, also before they were \
identified; visitors are browsers. Only days that are over at as_of count, and of which all 30 days are on record."""
misleads = """
A shop is not an app: people come when they need something, and a low ratio is no fault. Visitors are browsers: whoever clears cookies or changes the device \
is somebody new, so their ratio is too low. Customers who never log in are nobody."""
grain = ["period_start"]
headline = ["period_start", "daily_active", "monthly_active", "stickiness"]
needs = ["star.fact_session"]

[params]
unit = { type = "choice", of = ["customer", "visitor"], default = "customer", doc = "Who is active. Visits without one are left out." }
period = { of = ["day", "week", "month"], default = "month", doc = "Length of the rows' periods; weeks begin on Monday." }
as_of = { type = "timestamp", doc = "Today: later visits are unknown. Default: the last visit." }

[columns]
period_start = "First day of the period."
days = "Days of the period that count."
daily_active = "DAU: mean number of people who visited on a day."
weekly_active = "WAU: mean number of people who visited within the 7 days that end with a day."
monthly_active = "MAU: mean number of people who visited within the 30 days that end with a day."
stickiness = "Daily active / monthly active."
weekly_stickiness = "Daily active / weekly active."

[chart]
kind = "line"
x = "period_start"
y = "stickiness"

[finding]
text = "On an average day {stickiness:percent} of those who visited within 30 days visit."
sql = """
SELECT sum(daily_active * days) / sum(monthly_active * days) AS stickiness
FROM answer
HAVING sum(monthly_active * days) > 0"""
*/
{% import "_shared/periods.sql" as periods %}
WITH visits AS (
    SELECT visitor_id, customer_key, CAST(started_at AS DATE) AS day, started_at
    FROM star.fact_session
    WHERE $as_of IS NULL OR started_at <= $as_of
),

bounds AS (
    SELECT latest.first_day, CAST(coalesce($as_of, latest.last_at) AS DATE) AS today
    FROM (SELECT min(day) AS first_day, max(started_at) AS last_at FROM visits) AS latest
),

unit_days AS (
    SELECT
        CASE
            WHEN $unit = 'visitor' THEN visits.visitor_id
            ELSE nullif(coalesce(nullif(visits.customer_key, 0), visitor.customer_key), 0)
        END AS unit_id,
        visits.day
    FROM visits
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visits.visitor_id
    GROUP BY 1, 2
),

-- A visit makes a person active for 30 days, or until the next visit does.
stays AS (
    SELECT
        day,
        least(coalesce(date_diff('day', day, lead(day) OVER (PARTITION BY unit_id ORDER BY day)), 30), 30) AS days
    FROM unit_days
    WHERE unit_id IS NOT NULL
),

stay_counts AS (
    SELECT day, days, count(*) AS people
    FROM stays
    GROUP BY day, days
),

changes AS (
    SELECT
        CASE edges.edge
            WHEN 'begin' THEN stay_counts.day
            WHEN 'week' THEN stay_counts.day + CAST(least(stay_counts.days, 7) AS INTEGER)
            ELSE stay_counts.day + CAST(stay_counts.days AS INTEGER)
        END AS day,
        CASE edges.edge WHEN 'begin' THEN stay_counts.people ELSE 0 END AS daily,
        CASE edges.edge WHEN 'begin' THEN stay_counts.people WHEN 'week' THEN -stay_counts.people ELSE 0 END AS weekly,
        CASE edges.edge WHEN 'begin' THEN stay_counts.people WHEN 'month' THEN -stay_counts.people ELSE 0 END AS monthly
    FROM stay_counts
    CROSS JOIN (VALUES ('begin'), ('week'), ('month')) AS edges (edge)
),

day_changes AS (
    SELECT day, sum(daily) AS daily, sum(weekly) AS weekly, sum(monthly) AS monthly
    FROM changes
    GROUP BY day
),

days AS (
    SELECT CAST(unnest(generate_series(CAST(first_day AS TIMESTAMP), CAST(today AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day, first_day, today
    FROM bounds
    WHERE first_day IS NOT NULL
),

active AS (
    SELECT
        days.day,
        days.day >= days.first_day + 29 AND days.day < days.today AS is_whole,
        coalesce(day_changes.daily, 0) AS daily,
        sum(coalesce(day_changes.weekly, 0)) OVER (ORDER BY days.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS weekly,
        sum(coalesce(day_changes.monthly, 0)) OVER (ORDER BY days.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS monthly
    FROM days
    LEFT JOIN day_changes ON day_changes.day = days.day
)

SELECT
    {{ periods.start_of("day") }} AS period_start,
    count(*) AS days,
    main.ratio(sum(daily), count(*)) AS daily_active,
    main.ratio(sum(weekly), count(*)) AS weekly_active,
    main.ratio(sum(monthly), count(*)) AS monthly_active,
    main.ratio(sum(daily), sum(monthly)) AS stickiness,
    main.ratio(sum(daily), sum(weekly)) AS weekly_stickiness
FROM active
WHERE is_whole
GROUP BY 1
ORDER BY period_start
