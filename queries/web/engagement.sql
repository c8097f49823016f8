/*
question = "How deep do visits go, and what comes of shallow and of deep ones?"
doc = """
Visits by the pages they saw, by their length, or by the furthest stage of the funnel they reached. An engaged visit lasted engaged_seconds, or saw two pages, or ended in a sale; a bounce is a visit in which nothing followed the first page. \
Needs star.fact_session alone."""
misleads = "Length is the time from the first to the last event: the time on the last page is not known, and a visit with a single event lasts 0 seconds however long it was read. Buyers see more pages because they buy, not the other way round."
grain = ["depth"]
headline = ["depth", "sessions", "session_share", "engaged_rate", "conversion_rate", "revenue"]
needs = ["star.fact_session"]

[params]
by = { type = "choice", of = ["pages", "minutes", "stage"], default = "pages", doc = "What depth is: pages seen, minutes from the first to the last event, or the furthest stage of the funnel." }

[columns]
position = "Place of the depth among all that there are, from 1 for no page, for 0 s or for Homepage; depths without a visit have no row."
depth = "Pages, time or stage."
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
x = "depth"
y = "session_share"

[finding]
text = "{bounce_rate:percent} of the visits go no further than their first page, {engaged_rate:percent} are engaged."
sql = """
SELECT sum(bounce_rate * sessions) / sum(sessions) AS bounce_rate, CAST(sum(engaged_sessions) AS DOUBLE) / sum(sessions) AS engaged_rate
FROM answer
HAVING sum(sessions) >= 100"""
*/
{% import "web/_visits.sql" as web %}
WITH {{ web.visits() }},

placed AS (
    SELECT
        visits.*,
        CASE
            WHEN $by = 'pages' THEN
                CASE
                    WHEN page_views <= 0 THEN 1
                    WHEN page_views <= 3 THEN page_views + 1
                    WHEN page_views <= 5 THEN 5
                    WHEN page_views <= 10 THEN 6
                    WHEN page_views <= 20 THEN 7
                    ELSE 8
                END
            WHEN $by = 'minutes' THEN
                CASE
                    WHEN duration_seconds < 1 THEN 11
                    WHEN duration_seconds < 10 THEN 12
                    WHEN duration_seconds < 30 THEN 13
                    WHEN duration_seconds < 60 THEN 14
                    WHEN duration_seconds < 180 THEN 15
                    WHEN duration_seconds < 600 THEN 16
                    WHEN duration_seconds < 1800 THEN 17
                    ELSE 18
                END
            WHEN furthest_stage = 'Homepage' THEN 21
            WHEN furthest_stage = 'Product Page' THEN 22
            WHEN furthest_stage = 'Add to Cart' THEN 23
            WHEN furthest_stage = 'Checkout' THEN 24
            ELSE 25
        END AS depth_key
    FROM visits
),

{{ web.value_sums("placed", "depth_key") }}

SELECT
    CAST(depth_key % 10 AS INTEGER) AS position,
    depths.depth,
    {{ web.figures() }},
    {{ web.shares() }}
FROM value_sums
INNER JOIN (
    VALUES
        (1, '0 pages'), (2, '1 page'), (3, '2 pages'), (4, '3 pages'), (5, '4 to 5 pages'), (6, '6 to 10 pages'), (7, '11 to 20 pages'), (8, 'over 20 pages'),
        (11, '0 s'), (12, '1 to 9 s'), (13, '10 to 29 s'), (14, '30 to 59 s'), (15, '1 to 3 min'), (16, '3 to 10 min'), (17, '10 to 30 min'), (18, '30 min and more'),
        (21, 'Homepage'), (22, 'Product Page'), (23, 'Add to Cart'), (24, 'Checkout'), (25, 'Purchase')
) AS depths (number, depth) ON depths.number = value_sums.depth_key
ORDER BY depths.number
