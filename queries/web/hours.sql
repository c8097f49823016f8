/*
question = "On which weekdays and at which hours do people visit and buy?"
doc = """
Visits by the weekday and hour of their beginning, by the clock of the place from which they came: star.dim_geography knows its zone. Where it does not, and for \
clock = warehouse, the clock is the warehouse's own. All 168 hours have a row, but a range without any visit has none. Needs star.fact_session alone, and DuckDB's icu extension, which comes with most clients."""
misleads = "Where zones are not known, as in most ingested data, all hours are the warehouse's: visitors of other zones are then in the wrong hours. In a short range a single day can make an hour."
grain = ["day_of_week", "hour"]
headline = ["day_name", "hour", "sessions", "session_index", "conversion_rate", "revenue"]
needs = ["star.fact_session"]

[params]
clock = { type = "choice", of = ["local", "warehouse"], default = "local", doc = "Whose clock: that of the visitor's place, or that of the warehouse." }

[columns]
day_of_week = "Day of the week, 1 is Monday."
day_name = "Day of the week in English."
hour = "Hour of the day, 0 to 23."
sessions = "Visits that began in the hour."
session_share = "Share of all visits."
session_index = "sessions / the mean of all 168 hours: 1 is an average hour."
engaged_rate = "Engaged visits / sessions."
conversions = "Visits that ended in a sale."
conversion_rate = "conversions / sessions."
revenue = "Net revenue of these sales."

[chart]
kind = "heat"
x = "hour"
y = "day_name"
series = "sessions"

[finding]
text = "Most visits begin on {day_name} at {hour}: {session_index:number} times an average hour."
sql = """
SELECT day_name, hour, session_index
FROM answer
WHERE sessions >= 30 AND sessions - 168.0 * sessions / (168 * session_index) > 4 * sqrt(sessions)
ORDER BY sessions DESC, day_of_week, hour LIMIT 1"""
*/
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

zones AS (
    SELECT geography_key, time_zone
    FROM star.dim_geography
    WHERE $clock = 'local' AND time_zone IS NOT NULL
),

own_zone AS (
    SELECT coalesce(max(CASE WHEN name = 'timezone' THEN value END), 'UTC') AS own_zone
    FROM meta.setting
),

-- Clocks are moved by whole quarters of an hour at their beginnings: one moment speaks for its quarter, and few are converted.
quarters AS (
    SELECT
        zones.time_zone,
        epoch_us(visits.started_at) // 900000000 AS quarter,
        min(visits.started_at) AS began_at,
        count(*) AS sessions,
        count(CASE WHEN visits.is_engaged THEN 1 END) AS engaged_sessions,
        count(CASE WHEN visits.is_converted THEN 1 END) AS conversions,
        sum(visits.revenue) AS revenue
    FROM visits
    LEFT JOIN zones ON zones.geography_key = visits.geography_key
    GROUP BY 1, 2
),

local_quarters AS (
    SELECT
        quarters.*,
        CASE
            WHEN quarters.time_zone IS NULL THEN quarters.began_at
            ELSE timezone(quarters.time_zone, timezone(own_zone.own_zone, quarters.began_at))
        END AS local_at
    FROM quarters
    CROSS JOIN own_zone
),

hour_sums AS (
    SELECT
        date_diff('day', CAST(date_trunc('week', local_at) AS DATE), CAST(local_at AS DATE)) + 1 AS day_of_week,
        CAST(extract(hour FROM local_at) AS INTEGER) AS hour,
        sum(sessions) AS sessions,
        sum(engaged_sessions) AS engaged_sessions,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM local_quarters
    GROUP BY 1, 2
),

hours AS (
    SELECT
        weekdays.day_of_week,
        weekdays.day_name,
        numbers.hour,
        coalesce(hour_sums.sessions, 0) AS sessions,
        coalesce(hour_sums.engaged_sessions, 0) AS engaged_sessions,
        coalesce(hour_sums.conversions, 0) AS conversions,
        coalesce(hour_sums.revenue, 0) AS revenue
    FROM (
        VALUES (1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')
    ) AS weekdays (day_of_week, day_name)
    CROSS JOIN (SELECT unnest(range(0, 24)) AS hour) AS numbers
    LEFT JOIN hour_sums ON hour_sums.day_of_week = weekdays.day_of_week AND hour_sums.hour = numbers.hour
)

SELECT
    CAST(day_of_week AS INTEGER) AS day_of_week,
    day_name,
    CAST(hour AS INTEGER) AS hour,
    CAST(sessions AS BIGINT) AS sessions,
    main.ratio(sessions, sum(sessions) OVER ()) AS session_share,
    main.ratio(sessions * 168, sum(sessions) OVER ()) AS session_index,
    main.ratio(engaged_sessions, sessions) AS engaged_rate,
    CAST(conversions AS BIGINT) AS conversions,
    main.ratio(conversions, sessions) AS conversion_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue
FROM hours
QUALIFY sum(sessions) OVER () > 0
ORDER BY day_of_week, hour
