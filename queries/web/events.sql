/*
question = "What is done on the site, how often, and in how many visits?"
doc = """
Events by their name, those without a name of Martlet's own by the source's word. Needs star.fact_event; session_share is of all visits that have an event in the range. \
Events whose visit is not known count in events, and their visitors in visitors."""
misleads = "An event is what a tool was told to record: a page may send none, another several for one thing. Visitors are browsers, not people."
grain = ["event"]
headline = ["event", "events", "sessions", "session_share", "visitors", "events_per_session", "value"]
needs = ["star.fact_event"]

[params]
start = { type = "timestamp", doc = "First moment of the events, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the events, exclusive. Default: all." }

[columns]
event = "What was done: event_name, or source_event where that is other."
events = "Number of events."
event_share = "Share of all events."
sessions = "Visits with such an event."
session_share = "sessions / visits with any event."
visitors = "Browsers with such an event."
events_per_session = "Events whose visit is known / sessions."
value = "Sum of the events' values: net revenue of purchases, price times quantity of additions to the cart. NULL where no event has one."
first_at = "Moment of the first."
last_at = "Moment of the last."

[chart]
kind = "bar"
x = "event"
y = "sessions"

[finding]
text = "{search_share:percent} of the visits search the site, {cart_share:percent} put something into the cart."
sql = """
SELECT
    max(CASE WHEN event = 'search' THEN session_share END) AS search_share,
    max(CASE WHEN event = 'add_to_cart' THEN session_share END) AS cart_share
FROM answer
HAVING max(sessions) >= 100"""
*/
-- A row a visit and kind of event, so that visits are counted without looking for duplicates. An event without a visit is one of
-- its visitor's, known by an odd number. Events with a word of their own are few, and stand apart.
WITH visit_events AS (
    SELECT
        CASE WHEN session_id IS NULL THEN visitor_id * 2 + 1 ELSE session_id * 2 END AS visit_key,
        event_name,
        CAST(NULL AS VARCHAR) AS source_event,
        min(visitor_id) AS visitor_id
    FROM star.fact_event
    WHERE event_name <> 'other' AND ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
    GROUP BY 1, 2
    UNION ALL
    SELECT
        CASE WHEN session_id IS NULL THEN visitor_id * 2 + 1 ELSE session_id * 2 END,
        event_name,
        coalesce(source_event, 'other'),
        min(visitor_id)
    FROM star.fact_event
    WHERE event_name = 'other' AND ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
    GROUP BY 1, 2, 3
),

visit_sums AS (
    SELECT
        coalesce(source_event, CAST(event_name AS VARCHAR)) AS name,
        count(CASE WHEN visit_key % 2 = 0 THEN 1 END) AS sessions,
        count(DISTINCT visitor_id) AS visitors
    FROM visit_events
    GROUP BY 1
),

event_sums AS (
    SELECT
        CASE WHEN event_name = 'other' THEN coalesce(source_event, 'other') ELSE CAST(event_name AS VARCHAR) END AS event,
        count(*) AS events,
        count(session_id) AS visit_events,
        sum(value) AS value,
        min(occurred_at) AS first_at,
        max(occurred_at) AS last_at
    FROM star.fact_event
    WHERE ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
    GROUP BY 1
),

totals AS (
    SELECT count(DISTINCT session_id) AS sessions
    FROM star.fact_event
    WHERE ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
)

SELECT
    event_sums.event,
    event_sums.events AS events,
    main.ratio(event_sums.events, sum(event_sums.events) OVER ()) AS event_share,
    visit_sums.sessions,
    main.ratio(visit_sums.sessions, totals.sessions) AS session_share,
    visit_sums.visitors,
    main.ratio(event_sums.visit_events, visit_sums.sessions) AS events_per_session,
    CAST(event_sums.value AS DECIMAL(18, 2)) AS value,
    event_sums.first_at,
    event_sums.last_at
FROM event_sums
INNER JOIN visit_sums ON visit_sums.name = event_sums.event
CROSS JOIN totals
ORDER BY events DESC, event
