/*
question = "How do first visits differ from later ones?"
doc = """
Visits by whether the browser had visited before, in the whole data and not only in the range: its first visit is new, each later one returning. Who is known to have \
been seen before the first visit on record (first_seen_at) is not new. Visits of unknown browsers are in (unknown). An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. Needs star.fact_session; first_seen_at of \
star.bridge_visitor where a source tells it."""
misleads = "A browser that visited before the data begin looks new, so the first weeks have too many new visits; so does whoever clears cookies or changes the device."
grain = ["period_start", "kind"]
headline = ["period_start", "kind", "sessions", "session_share", "engaged_rate", "conversion_rate", "revenue"]
needs = ["star.fact_session"]

[columns]
period_start = "First day of the period in which the visits began; NULL for all together."
kind = "new, returning or (unknown)."
sessions = "Visits."
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
session_share = "Share of all visits."
conversion_low = "Lower end of Wilson's 95 % interval of conversion_rate."
conversion_high = "Upper end of the interval."

[chart]
kind = "bar"
x = "kind"
y = "conversion_rate"

[finding]
text = "Returning visits end in a sale in {returning_rate:percent} of cases, first visits in {new_rate:percent}."
sql = """
WITH kinds AS (
    SELECT
        CAST(sum(CASE WHEN kind = 'returning' THEN conversions END) AS DOUBLE) AS a,
        CAST(sum(CASE WHEN kind = 'returning' THEN sessions END) AS DOUBLE) AS m,
        CAST(sum(CASE WHEN kind = 'new' THEN conversions END) AS DOUBLE) AS b,
        CAST(sum(CASE WHEN kind = 'new' THEN sessions END) AS DOUBLE) AS n
    FROM answer
)
SELECT a / m AS returning_rate, b / n AS new_rate
FROM kinds
WHERE m >= 100 AND n >= 100 AND a + b > 0 AND abs(a / m - b / n) > 1.96 * sqrt((a + b) / (m + n) * (1 - (a + b) / (m + n)) * (1 / m + 1 / n))"""
*/
{% import "_shared/periods.sql" as periods %}
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

-- One row a browser, with the number of its first visit: of visits of one moment the lower number came first.
firsts AS (
    SELECT visitor_id, min(started_at) AS first_at
    FROM star.fact_session
    WHERE visitor_id IS NOT NULL
    GROUP BY visitor_id
),

numbered AS (
    SELECT
        visits.*,
        firsts.first_at,
        visitor.first_seen_at,
        -- Only visits of the first moment are numbered: few browsers have two of them.
        CASE
            WHEN visits.started_at = firsts.first_at
                THEN row_number() OVER (PARTITION BY visits.visitor_id, visits.started_at ORDER BY visits.session_id)
        END AS number
    FROM visits
    LEFT JOIN firsts ON firsts.visitor_id = visits.visitor_id
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visits.visitor_id
),

described AS (
    SELECT
        numbered.*,
        {{ periods.start_of("started_at") }} AS period_start,
        CASE
            WHEN visitor_id IS NULL THEN '(unknown)'
            WHEN number = 1 AND (first_seen_at IS NULL OR first_seen_at >= first_at) THEN 'new'
            ELSE 'returning'
        END AS kind
    FROM numbered
),

{{ web.value_sums("described", "period_start, kind") }}

SELECT
    period_start,
    kind,
    {{ web.figures() }},
    {{ web.shares() }}
FROM value_sums
ORDER BY period_start, kind
