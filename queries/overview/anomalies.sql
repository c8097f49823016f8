/*
question = "Which days fall out of what weekday and season lead one to expect?"
doc = """
Each day's orders, net revenue and visits beside what was to be expected: the mean of the 28 ordinary days before it, times what its weekday has been worth in the eight weeks before, times how the season \
moved there a year before (the 15 days around the same weekday against the 28 before them, where that year is on record). Only what lies before a day is looked at. How far a day is out is measured on the scale of the \
square root, on which counts vary alike at all heights, in units of how far days usually are (median absolute deviation of the metric). The p-value takes that for normal, and is adjusted by Benjamini and Hochberg for all days and metrics judged. \
An anomaly has an adjusted p-value below fdr and differs by min_change or more. Holidays and days of promotions for everybody are neither judged nor learned from, unless special_days says so; \
nor are days of few orders or visits (min_count), nor those with less than 14 ordinary days before them."""
misleads = """
Of the days called anomalies a share of fdr may be chance, more where days have tails that are heavier than normal, as revenue of a few great orders. An outage in one product hides in the sum of all. \
After an anomaly expectations are off for four weeks, a little. The season of a year ago was itself that of one year."""
grain = ["metric", "day"]
headline = ["day", "metric", "amount", "expected", "change", "is_anomaly"]
needs = ["star.fact_order or star.fact_session"]

[params]
start = { type = "timestamp", doc = "First day that is judged. Default: all." }
until = { type = "timestamp", doc = "End of the days that are judged, exclusive. Default: all." }
fdr = { type = "float", min = 0.000001, max = 0.5, default = 0.05, doc = "Share of false alarms among the anomalies that is put up with." }
min_change = { type = "float", min = 0, default = 0.25, doc = "Least difference, relative to what was expected." }
min_count = { type = "float", min = 0, default = 10, doc = "Orders or visits (of revenue, orders) that a day, or the mean of the 28 before, must have for it to be judged." }
special_days = { type = "bool", default = false, doc = "Whether holidays and days of promotions for everybody are judged and learned from like others." }

[columns]
metric = "orders, revenue or visits."
day = "The day."
amount = "What came; money in the warehouse's currency."
expected = "What was to be expected."
low = "Lower end of where 95 % of ordinary days lie."
high = "Upper end."
change = "(amount - expected) / expected."
deviation = "How far the day is out, in usual deviations; negative below."
p_value = "Chance that an ordinary day is as far out, both sides. NULL where all days are as expected."
p_adjusted = "The same, adjusted for all days and metrics judged (Benjamini and Hochberg 1995)."
is_anomaly = "Whether p_adjusted is below fdr, and the change min_change or more."

[chart]
kind = "line"
x = "day"
y = "amount"
series = "metric"

[finding]
text = "{metric} of {day} were {amount:count} where {expected:count} were to be expected ({change:percent}), one of {anomalies:count} anomalies among {days:count} days and metrics."
sql = """
SELECT
    metric, day, amount, expected, change,
    (SELECT count(*) FROM answer WHERE is_anomaly) AS anomalies,
    (SELECT count(*) FROM answer) AS days
FROM answer
WHERE is_anomaly
ORDER BY p_value, day, metric LIMIT 1"""
*/
WITH day_sums AS (
    SELECT date_trunc('day', ordered_at) AS day, count(*) AS orders, sum(net_revenue) AS revenue
    FROM star.fact_order
    WHERE main.is_sale(status)
    GROUP BY 1
),

amounts AS (
    SELECT listed.metric, day_sums.day, listed.amount, day_sums.orders AS events
    FROM day_sums
    CROSS JOIN LATERAL (
        VALUES ('orders', CAST(day_sums.orders AS DECIMAL(18, 2))), ('revenue', CAST(day_sums.revenue AS DECIMAL(18, 2)))
    ) AS listed (metric, amount)
    UNION ALL
    SELECT 'visits', date_trunc('day', started_at), CAST(count(*) AS DECIMAL(18, 2)), count(*)
    FROM star.fact_session
    GROUP BY 2
),

days AS (
    SELECT metric, unnest(generate_series(min(day), max(day), INTERVAL 1 DAY)) AS day
    FROM amounts
    GROUP BY metric
),

filled AS (
    SELECT
        days.metric,
        days.day,
        extract(isodow FROM days.day) AS weekday,
        coalesce(amounts.amount, 0) AS amount,
        coalesce(amounts.events, 0) AS events,
        CASE WHEN $special_days OR (calendar_day.holiday IS NULL AND calendar_day.is_promo_period IS NOT TRUE) THEN coalesce(amounts.amount, 0) END AS ordinary
    FROM days
    LEFT JOIN amounts ON amounts.metric = days.metric AND amounts.day = days.day
    LEFT JOIN star.dim_date AS calendar_day ON calendar_day.date = CAST(days.day AS DATE)
),

before_them AS (
    SELECT
        filled.*,
        avg(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING) AS level,
        count(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING) AS level_days,
        avg(events) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING) AS usual_events,
        avg(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 56 PRECEDING AND 1 PRECEDING) AS eight_weeks,
        avg(ordinary) OVER (PARTITION BY metric, weekday ORDER BY day ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING) AS weekday_level,
        avg(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 371 PRECEDING AND 357 PRECEDING) AS year_level,
        count(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 371 PRECEDING AND 357 PRECEDING) AS year_level_days,
        avg(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 392 PRECEDING AND 365 PRECEDING) AS year_before,
        count(ordinary) OVER (PARTITION BY metric ORDER BY day ROWS BETWEEN 392 PRECEDING AND 365 PRECEDING) AS year_before_days
    FROM filled
),

expectations AS (
    SELECT
        metric,
        day,
        CAST(amount AS DOUBLE) AS amount,
        level * coalesce(main.ratio(weekday_level, eight_weeks), 1)
        * CASE WHEN year_level_days >= 8 AND year_before_days >= 14 THEN coalesce(main.ratio(year_level, year_before), 1) ELSE 1 END AS expected
    FROM before_them
    WHERE ordinary IS NOT NULL AND level_days >= 14 AND greatest(events, usual_events) >= $min_count
),

-- Anscombe's square root (1948).
roots AS (
    SELECT expectations.*, 2 * (sqrt(amount + 0.375) - sqrt(expected + 0.375)) AS distance
    FROM expectations
),

spreads AS (
    SELECT roots.*, median(abs(distance)) OVER (PARTITION BY metric) / 0.6744897501960817 AS spread
    FROM roots
),

deviations AS (
    SELECT
        spreads.*,
        distance / nullif(spread, 0) AS deviation,
        2 * stats.normal_tail(abs(distance / nullif(spread, 0))) AS p_value
    FROM spreads
    WHERE ($start IS NULL OR day >= $start) AND ($until IS NULL OR day < $until)
),

ordered_tests AS (
    SELECT deviations.*, row_number() OVER (ORDER BY p_value NULLS LAST, metric, day) AS place, count(p_value) OVER () AS tests
    FROM deviations
),

adjusted AS (
    SELECT
        ordered_tests.*,
        CASE WHEN p_value IS NOT NULL THEN least(min(p_value * tests / place) OVER (ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) END AS p_adjusted
    FROM ordered_tests
)

SELECT
    metric,
    CAST(day AS DATE) AS day,
    amount,
    expected,
    CASE WHEN sqrt(expected + 0.375) > stats.z_95() * spread / 2 THEN greatest(power(sqrt(expected + 0.375) - stats.z_95() * spread / 2, 2) - 0.375, 0) ELSE 0 END AS low,
    power(sqrt(expected + 0.375) + stats.z_95() * spread / 2, 2) - 0.375 AS high,
    main.ratio(amount - expected, expected) AS change,
    deviation,
    p_value,
    p_adjusted,
    coalesce(p_adjusted < $fdr AND abs(amount - expected) >= $min_change * expected, false) AS is_anomaly
FROM adjusted
ORDER BY is_anomaly DESC, place
