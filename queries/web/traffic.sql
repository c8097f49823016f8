/*
question = "How many visits come, and what do they bring, period by period?"
doc = """
Visits by the day, week or month in which they began, with zeros where none came. A bounce is a visit in which nothing followed the first page; an engaged \
visit lasted engaged_seconds, or saw two pages, or ended in a sale, which is Google Analytics 4's rule with the sale as key event. A conversion is a visit that ended in a \
sale, revenue the net revenue of that sale. Needs star.fact_session alone, no events. In a warehouse without any visit the totals of star.fact_session_report \
are told instead, in told_by: then a bounce is a visit that was not engaged, and pages, minutes, visitors and sales are NULL; totals of several \
days together are in no period."""
misleads = """
Visitors are browsers: whoever clears cookies or changes the device is somebody new, and visitors of several periods do not add up. Sales outside of visits (stores, \
telephone) are not here. The first and the last period are seldom whole."""
grain = ["period_start"]
headline = ["period_start", "sessions", "visitors", "engaged_rate", "bounce_rate", "conversion_rate", "revenue"]
needs = ["star.fact_session or star.fact_session_report"]

[params]
period = { of = ["day", "week", "month", "quarter", "year"], default = "week", doc = "Length of the rows' periods; weeks begin on Monday." }

[columns]
period_start = "First day of the period."
complete = "Whether the whole period lies between the day of the first and that of the last visit of all, these days included, and within start and until."
told_by = "visits, or report where a report's totals are all that is known."
sessions = "Visits that began in the period."
visitors = "Browsers that visited. Visits of unknown browsers are not counted here."
bounce_rate = "Bounces / sessions."
engaged_sessions = "Engaged visits."
engaged_rate = "engaged_sessions / sessions."
page_views = "Pages seen."
pages_per_session = "page_views / sessions."
minutes_per_session = "Mean minutes from the first to the last event of a visit."
conversions = "Visits that ended in a sale."
conversion_rate = "conversions / sessions."
revenue = "Net revenue of these sales."
revenue_per_session = "revenue / sessions."
sessions_change = "(sessions - those of the period before) / those of the period before. NULL unless both are whole."
key_events = "Key events that a report counts. NULL where visits are told one by one."
reported_revenue = "Revenue that a report counts, by its own rule. NULL where visits are told one by one."

[chart]
kind = "line"
x = "period_start"
y = ["sessions", "visitors"]

[finding]
text = "The last whole period had {sessions:count} visits, {sessions_change:percent} against the one before; {engaged_rate:percent} were engaged."
effect = "sessions_change"
sql = """
SELECT sessions, sessions_change, engaged_rate
FROM answer
WHERE complete AND sessions >= 100 AND sessions_change IS NOT NULL
ORDER BY period_start DESC LIMIT 1"""
*/
{% import "_shared/periods.sql" as periods %}
{% import "web/_visits.sql" as web %}
{% import "web/_reports.sql" as told %}
WITH {{ web.visits() }},

{{ told.reports() }},

dated_visits AS (
    SELECT visits.*, {{ periods.start_of("started_at") }} AS period_start
    FROM visits
),

dated_reports AS (
    SELECT reports.*, {{ periods.start_of("started_at") }} AS period_start
    FROM reports
    WHERE started_at IS NOT NULL
),

period_sums AS (
    SELECT
        period_start,
        'visits' AS told_by,
        {{ web.sums() }},
        CAST(NULL AS DECIMAL(38, 2)) AS key_events,
        CAST(NULL AS DECIMAL(38, 2)) AS reported_revenue
    FROM dated_visits
    GROUP BY period_start
    UNION ALL
    SELECT
        period_start,
        'report' AS told_by,
        {{ told.sums() }}
    FROM dated_reports
    GROUP BY period_start
),

-- From the facts again, which is a scan of one column, rather than from the sums.
bounds AS (
    SELECT
        min(CASE WHEN is_inside THEN started_at END) AS first_at,
        max(CASE WHEN is_inside THEN started_at END) AS last_at,
        -- Days count whole at both ends.
        greatest(date_trunc('day', min(started_at)), min(asked_start)) AS whole_from,
        least(date_trunc('day', max(started_at)) + INTERVAL 1 DAY, min(asked_until)) AS whole_until,
        max(told_by) AS told_by
    FROM (
        SELECT
            started_at,
            told_by,
            ($start IS NULL OR started_at >= $start) AND ($until IS NULL OR started_at < $until) AS is_inside,
            $start AS asked_start,
            $until AS asked_until
        FROM (
            SELECT started_at, 'visits' AS told_by
            FROM star.fact_session
            UNION ALL
            SELECT started_at, 'report' AS told_by
            FROM known_reports
            WHERE started_at IS NOT NULL
        ) AS moments
    ) AS asked_moments
),

days AS (
    SELECT whole_from, whole_until, told_by, unnest(generate_series(date_trunc('day', first_at), date_trunc('day', last_at), INTERVAL 1 DAY)) AS day
    FROM bounds
    WHERE first_at IS NOT NULL
),

starts AS (
    SELECT whole_from, whole_until, told_by, CAST({{ periods.start_of("day") }} AS TIMESTAMP) AS starts_at
    FROM days
    GROUP BY 1, 2, 3, 4
),

calendar AS (
    SELECT
        CAST(starts_at AS DATE) AS period_start,
        told_by,
        starts_at >= whole_from AND {{ periods.end_of("starts_at") }} <= whole_until AS complete
    FROM starts
),

filled AS (
    SELECT
        calendar.period_start,
        calendar.complete,
        calendar.told_by,
        coalesce(period_sums.sessions, 0) AS sessions,
        {% for name in ["visitors", "page_views", "seconds", "conversions", "revenue"] %}
        CASE WHEN calendar.told_by = 'visits' THEN coalesce(period_sums.{{ name }}, 0) END AS {{ name }},
        {% endfor %}
        CASE WHEN period_sums.sessions IS NULL THEN 0 ELSE period_sums.bounces END AS bounces,
        CASE WHEN period_sums.sessions IS NULL THEN 0 ELSE period_sums.engaged_sessions END AS engaged_sessions,
        period_sums.key_events,
        period_sums.reported_revenue
    FROM calendar
    LEFT JOIN period_sums ON period_sums.period_start = calendar.period_start
)

SELECT
    period_start,
    complete,
    told_by,
    {{ web.figures() }},
    CASE
        WHEN complete AND lag(complete) OVER (ORDER BY period_start)
            THEN main.ratio(sessions - lag(sessions) OVER (ORDER BY period_start), lag(sessions) OVER (ORDER BY period_start))
    END AS sessions_change,
    CAST(key_events AS DOUBLE) AS key_events,
    CAST(reported_revenue AS DECIMAL(18, 2)) AS reported_revenue
FROM filled
ORDER BY period_start
