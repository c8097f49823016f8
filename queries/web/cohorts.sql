/*
question = "Of those who visited for the first time in a month, how many come back, and what do they bring?"
doc = """
A cohort is who visited for the first time in a period; a cell is a period after it, 0 being the first. retention_rate is the share of the cohort that visited in the \
very period of the cell. A cell is complete when its period is over at as_of. All cells of a cohort up to as_of have a row. Who was seen \
(first_seen_at) in an earlier period than that of the first visit is in no cohort: that one's early cells are not on record. Needs star.fact_session, and star.bridge_visitor for customers."""
misleads = "Visitors are browsers: whoever clears cookies is somebody new, and seems not to come back. Customers are only those who logged in or ordered sooner or later, who come back more often than others."
grain = ["cohort_start", "period_number"]
headline = ["cohort_start", "period_number", "cohort_size", "active", "retention_rate", "conversions", "revenue_per_head"]
needs = ["star.fact_session"]

[params]
unit = { type = "choice", of = ["visitor", "customer"], default = "visitor", doc = "Who comes back: a browser, or a customer, known by the log-in or by the browser, also before that. Visits without one are left out." }
period = { of = ["week", "month"], default = "month", doc = "Length of the periods; weeks begin on Monday." }
start = { type = "timestamp", doc = "First moment of the first visits, or of first_seen_at where that is earlier, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the first visits, or of first_seen_at where that is earlier, exclusive. Default: all." }
as_of = { type = "timestamp", doc = "Today: later visits are unknown. Default: the last visit." }

[columns]
cohort_start = "First day of the period of the first visits."
period_number = "Periods since then."
cohort_size = "Visitors or customers in the cohort."
active = "Of these, how many visited in the cell."
retention_rate = "active / cohort_size."
sessions = "Their visits in the cell."
conversions = "Of these, visits that ended in a sale."
revenue = "Net revenue of these sales."
revenue_per_head = "revenue / cohort_size."
complete = "Whether the period is over at as_of."

[chart]
kind = "heat"
x = "period_number"
y = "cohort_start"
series = "retention_rate"

[finding]
text = "{retention_rate:percent} of first visitors visit again in the period after their first."
sql = """
SELECT CAST(sum(active) AS DOUBLE) / sum(cohort_size) AS retention_rate
FROM answer
WHERE period_number = 1 AND complete
HAVING sum(cohort_size) >= 100"""
*/
{% import "_shared/periods.sql" as periods %}
WITH unit_visits AS (
    SELECT
        CASE
            WHEN $unit = 'visitor' THEN visit.visitor_id
            ELSE coalesce(nullif(visit.customer_key, 0), nullif(visitor.customer_key, 0))
        END AS unit_id,
        visit.started_at,
        least(visit.started_at, coalesce(visitor.first_seen_at, visit.started_at)) AS seen_at,
        {{ periods.start_of("visit.started_at") }} AS period_start,
        visit.is_converted,
        visit.revenue
    FROM star.fact_session AS visit
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE $as_of IS NULL OR visit.started_at <= $as_of
),

unit_periods AS (
    SELECT
        unit_id,
        period_start,
        min(seen_at) AS seen_at,
        count(*) AS sessions,
        count(CASE WHEN is_converted THEN 1 END) AS conversions,
        sum(revenue) AS revenue
    FROM unit_visits
    WHERE unit_id IS NOT NULL
    GROUP BY unit_id, period_start
),

placed AS (
    SELECT
        period_start,
        sessions,
        conversions,
        revenue,
        min(seen_at) OVER (PARTITION BY unit_id) AS first_at,
        min(period_start) OVER (PARTITION BY unit_id) AS first_start
    FROM unit_periods
),

active_cells AS (
    SELECT
        first_start AS cohort_start,
        period_start,
        count(*) AS active,
        sum(sessions) AS sessions,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM placed
    WHERE
        first_at >= CAST(first_start AS TIMESTAMP)
        AND ($start IS NULL OR first_at >= $start)
        AND ($until IS NULL OR first_at < $until)
    GROUP BY first_start, period_start
),

bounds AS (
    SELECT latest.first_at, coalesce($as_of, latest.last_at) AS today_at
    FROM (SELECT min(started_at) AS first_at, max(started_at) AS last_at FROM star.fact_session) AS latest
),

days AS (
    SELECT today_at, unnest(generate_series(date_trunc('day', first_at), date_trunc('day', today_at), INTERVAL 1 DAY)) AS day
    FROM bounds
    WHERE first_at <= today_at
),

calendar AS (
    SELECT today_at, CAST({{ periods.start_of("day") }} AS TIMESTAMP) AS starts_at
    FROM days
    GROUP BY 1, 2
),

-- Cells without a visit, for every cohort that there may be.
all_cells AS (
    SELECT
        CAST(cohort.starts_at AS DATE) AS cohort_start,
        CAST(cell.starts_at AS DATE) AS period_start,
        {{ periods.end_of("cell.starts_at") }} <= cell.today_at AS complete,
        0 AS active,
        0 AS sessions,
        0 AS conversions,
        CAST(0 AS DECIMAL(38, 2)) AS revenue
    FROM calendar AS cohort
    INNER JOIN calendar AS cell ON cell.starts_at >= cohort.starts_at
    UNION ALL
    SELECT cohort_start, period_start, NULL AS complete, active, sessions, conversions, CAST(revenue AS DECIMAL(38, 2)) AS revenue
    FROM active_cells
),

cells AS (
    SELECT
        cohort_start,
        period_start,
        bool_or(complete) AS complete,
        sum(active) AS active,
        sum(sessions) AS sessions,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM all_cells
    GROUP BY cohort_start, period_start
),

-- Everybody of a cohort was there in its first period.
sized AS (
    SELECT
        cells.*,
        sum(CASE WHEN period_start = cohort_start THEN active END) OVER (PARTITION BY cohort_start) AS cohort_size
    FROM cells
)

SELECT
    cohort_start,
    CAST({{ periods.periods_between("cohort_start", "period_start") }} AS INTEGER) AS period_number,
    CAST(cohort_size AS BIGINT) AS cohort_size,
    CAST(active AS BIGINT) AS active,
    main.ratio(active, cohort_size) AS retention_rate,
    CAST(sessions AS BIGINT) AS sessions,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, cohort_size) AS revenue_per_head,
    complete
FROM sized
WHERE cohort_size > 0
ORDER BY cohort_start, period_number
