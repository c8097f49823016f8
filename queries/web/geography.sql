/*
question = "Where do visitors come from, and where do they buy?"
doc = """
Visits by the country, region or city from which they came. The places with most visits are shown, limit_to of them; all others are together in (other), so that the \
rows add up to all visits. An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. Needs star.fact_session alone."""
misleads = "A place is a guess by the address of the connection: cities less certain than countries, and telephones often in the city of their network."
grain = ["country", "region", "city"]
headline = ["country", "region", "city", "sessions", "session_share", "engaged_rate", "conversion_rate", "revenue"]
needs = ["star.fact_session"]

[params]
by = { type = "choice", of = ["country", "region", "city"], default = "country", doc = "How finely places are told apart." }
limit_to = { type = "int", min = 1, max = 1000000, default = 100, doc = "Places shown, those with most visits." }

[columns]
country = "Country; (unknown) where it is not known, (other) for all places that are not shown."
region = "Region of the country; (all) where only countries are asked for."
city = "City; (all) where only countries or regions are asked for."
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
x = "country"
y = "sessions"

[finding]
text = "{session_share:percent} of the visits come from {country}, and {revenue_share:percent} of the revenue of visits."
sql = """
WITH countries AS (
    SELECT country, sum(session_share) AS session_share, sum(revenue) AS revenue, sum(sessions) AS sessions
    FROM answer
    GROUP BY country
)
SELECT country, session_share, revenue / nullif(sum(revenue) OVER (), 0) AS revenue_share
FROM countries
WHERE sessions >= 100 AND country NOT IN ('(unknown)', '(other)')
ORDER BY session_share DESC, country LIMIT 1"""
*/
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

places AS (
    SELECT
        geography_key,
        country,
        CASE WHEN $by = 'country' THEN '(all)' ELSE region END AS region,
        CASE WHEN $by = 'city' THEN city ELSE '(all)' END AS city
    FROM star.dim_geography
),

-- Numbered by visits, so that what is not shown becomes one place before visitors are counted.
ranked AS (
    SELECT
        counted.country,
        counted.region,
        counted.city,
        row_number() OVER (ORDER BY counted.sessions DESC, counted.country, counted.region, counted.city) <= $limit_to AS is_shown
    FROM (
        SELECT
            coalesce(places.country, '(unknown)') AS country,
            coalesce(places.region, '(unknown)') AS region,
            coalesce(places.city, '(unknown)') AS city,
            count(*) AS sessions
        FROM visits
        LEFT JOIN places ON places.geography_key = visits.geography_key
        GROUP BY 1, 2, 3
    ) AS counted
),

shown_places AS (
    SELECT places.geography_key, places.country, places.region, places.city
    FROM places
    INNER JOIN ranked
        ON ranked.country = places.country AND ranked.region = places.region AND ranked.city = places.city AND ranked.is_shown
),

described AS (
    SELECT
        visits.*,
        coalesce(shown_places.country, '(other)') AS country,
        CASE WHEN shown_places.country IS NULL AND $by = 'country' THEN '(all)' ELSE coalesce(shown_places.region, '(other)') END AS region,
        CASE WHEN shown_places.country IS NULL AND $by <> 'city' THEN '(all)' ELSE coalesce(shown_places.city, '(other)') END AS city
    FROM visits
    LEFT JOIN shown_places ON shown_places.geography_key = visits.geography_key
),

{{ web.value_sums("described", "country, region, city") }}

SELECT
    country,
    region,
    city,
    {{ web.figures() }},
    {{ web.shares() }}
FROM value_sums
ORDER BY sessions DESC, country, region, city
