/*
question = "On which pages do visits begin, and how well does each begin a visit?"
doc = """
Visits by their first page, or by the type of it. The pages with most visits are shown, limit_to of them; all others are together in (other), so that the rows add up \
to all visits. An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. Needs star.fact_session alone, which names the landing page."""
misleads = "A page is not the cause: ads and mails lead different people to different pages. Compare pages within one channel, or test them."
grain = ["landing_page"]
headline = ["landing_page", "sessions", "session_share", "bounce_rate", "engaged_rate", "conversion_rate", "revenue_per_session"]
needs = ["star.fact_session"]

[params]
by = { type = "choice", of = ["page", "page_type"], default = "page", doc = "Whether pages are told apart by their path or by what they are for." }
from_channel = { type = "str", doc = "Only visits through this channel, by name. Default: all." }
limit_to = { type = "int", min = 1, max = 1000000, default = 100, doc = "Pages shown, those with most visits." }

[columns]
landing_page = "Path or type of the page; (unknown) where it is not known, (other) for all pages that are not shown."
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
x = "landing_page"
y = "sessions"

[finding]
text = "Visits that begin on {value} end in a sale in {conversion_rate:percent} of cases, all visits in {overall_rate:percent}."
sql = """
WITH whole AS (
    SELECT answer.*, sum(conversions) OVER () AS all_conversions, sum(sessions) OVER () AS all_sessions
    FROM answer
)
SELECT landing_page AS value, conversion_rate, CAST(all_conversions AS DOUBLE) / all_sessions AS overall_rate
FROM whole
WHERE conversion_low > CAST(all_conversions AS DOUBLE) / all_sessions AND sessions >= 100 AND landing_page NOT IN ('(unknown)', '(other)')
ORDER BY conversion_low DESC, landing_page LIMIT 1"""
*/
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

asked AS (
    SELECT
        CASE
            WHEN $from_channel IS NULL OR list_contains(every.names, $from_channel) THEN true
            ELSE error('from_channel must be the name of a channel: ' || array_to_string(every.names, ', '))
        END AS is_possible
    FROM (SELECT list(channel ORDER BY channel) AS names FROM star.dim_channel) AS every
),

channel_visits AS (
    SELECT visits.*
    FROM visits
    CROSS JOIN asked
    WHERE
        asked.is_possible
        AND ($from_channel IS NULL OR visits.channel_key IN (SELECT channel_key FROM star.dim_channel WHERE channel = $from_channel))
),

pages AS (
    SELECT page_key, CASE WHEN $by = 'page' THEN path ELSE CAST(page_type AS VARCHAR) END AS landing_page
    FROM star.dim_page
),

-- Numbered by visits, so that what is not shown becomes one page before visitors are counted.
ranked AS (
    SELECT
        counted.landing_page,
        row_number() OVER (ORDER BY counted.sessions DESC, counted.landing_page) <= $limit_to AS is_shown
    FROM (
        SELECT coalesce(pages.landing_page, '(unknown)') AS landing_page, count(*) AS sessions
        FROM channel_visits
        LEFT JOIN pages ON pages.page_key = channel_visits.landing_page_key
        GROUP BY 1
    ) AS counted
),

shown_pages AS (
    SELECT pages.page_key, pages.landing_page
    FROM pages
    INNER JOIN ranked ON ranked.landing_page = pages.landing_page AND ranked.is_shown
),

described AS (
    SELECT channel_visits.*, coalesce(shown_pages.landing_page, '(other)') AS landing_page
    FROM channel_visits
    LEFT JOIN shown_pages ON shown_pages.page_key = channel_visits.landing_page_key
),

{{ web.value_sums("described", "landing_page") }}

SELECT
    landing_page,
    {{ web.figures() }},
    {{ web.shares() }}
FROM value_sums
ORDER BY sessions DESC, landing_page
