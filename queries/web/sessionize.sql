/*
question = "Which visits do the raw events make, by a rule of one's own?"
doc = """
Sessions made anew from events, whatever visits the source kept: a session ends when nothing follows for longer than idle_minutes (a silence of exactly that long does not end it), \
and with new_day also at midnight, as in Universal Analytics. Events belong to their visitor; where the visitor is not known to the customer, where nobody is known to the source's visit; \
events without any are left out. With the rule ga4 a bounce is a session that is not engaged, and engaged is who stayed engaged_seconds, saw two pages, or did a key event; with plain it is a session of \
at most one page in which nothing else was done: any event that is not a page seen makes it none, a product_view beside page_view as page_events never. Needs star.fact_event alone. Give a page_events of page_view alone where a source sends both page_view and view_item for one page."""
misleads = "Sessions differ from those of an analytics tool where that one cuts them by its own clock or by a new campaign. What comes before the first event in the range is not known. Tools that send events of their own accord (session_start, user_engagement) leave hardly a bounce by the rule plain."
grain = ["unit", "unit_id", "session_number"]
headline = ["unit", "unit_id", "session_number", "started_at", "duration_seconds", "events", "page_views", "is_engaged", "is_bounce"]
needs = ["star.fact_event"]

[chart]
kind = "scatter"
x = "started_at"
y = "duration_seconds"

[finding]
text = "{sessions:count} sessions were made; {bounces:percent} of them are bounces."
sql = """
SELECT count(*) AS sessions, avg(CASE WHEN is_bounce THEN 1 ELSE 0 END) AS bounces
FROM answer
HAVING count(*) >= 100"""

[params]
idle_minutes = { type = "float", min = 0.01, max = 1440, default = 30, doc = "Minutes without an event after which a session is over." }
new_day = { type = "bool", default = false, doc = "Whether a session also ends at midnight, by the warehouse's clock." }
rule = { type = "choice", of = ["ga4", "plain"], default = "ga4", doc = "What a bounce is: a session that is not engaged (ga4), or one of at most one page and nothing else (plain)." }
engaged_seconds = { type = "float", min = 0, max = 86400, default = 10, doc = "Seconds from which on a session is engaged, inclusive." }
page_events = { type = "list[choice]", of = ["page_view", "product_view"], default = ["page_view", "product_view"], doc = "The events that are a page seen." }
engaging_events = { type = "list[choice]", of = ["page_view", "product_view", "add_to_cart", "begin_checkout", "purchase", "click", "video_play", "form_submit", "search", "other"], default = ["purchase"], doc = "The key events: one of them makes a session engaged at once." }
start = { type = "timestamp", doc = "First moment of the events, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the events, exclusive. Default: all." }

[columns]
unit = "visitor, customer or session: what unit_id is a number of."
unit_id = "visitor_id, customer_key or session_id."
session_number = "Number of the session among those of its unit in the range, from 1."
started_at = "Moment of its first event."
ended_at = "Moment of its last event."
duration_seconds = "Whole seconds from the first to the last."
events = "Number of events."
page_views = "Pages seen."
key_events = "Number of key events."
purchases = "Number of purchases."
purchase_value = "Sum of their values. NULL where there is none."
is_engaged = "Whether the session lasted engaged_seconds, had two pages, or a key event."
is_bounce = "Whether it is a bounce, by the rule."
*/
-- Within a slice as long as the limit no silence is longer than it, so that most events need not be put in order one by one. With new_day
-- the days passed are added: of two moments of one number neither the slice nor the day differs. Whose an event is, is one number, too.
WITH slices AS (
    SELECT
        CASE
            WHEN visitor_id IS NOT NULL THEN visitor_id * 4
            WHEN customer_key <> 0 THEN CAST(customer_key AS BIGINT) * 4 + 1
            ELSE session_id * 4 + 2
        END AS unit_key,
        epoch_us(occurred_at) // main.microseconds($idle_minutes / 1440)
        + CASE WHEN $new_day THEN epoch_us(occurred_at) // 86400000000 ELSE 0 END AS slice,
        min(occurred_at) AS started_at,
        max(occurred_at) AS ended_at,
        count(*) AS events,
        count(
            CASE
                {% for word in ["page_view", "product_view"] %}
                WHEN list_contains($page_events, '{{ word }}') AND event_name = '{{ word }}' THEN 1
                {% endfor %}
            END
        ) AS page_views,
        count(
            CASE
                {% for word in ["page_view", "product_view", "add_to_cart", "begin_checkout", "purchase", "click", "video_play", "form_submit", "search", "other"] %}
                WHEN list_contains($engaging_events, '{{ word }}') AND event_name = '{{ word }}' THEN 1
                {% endfor %}
            END
        ) AS key_events,
        count(
            CASE
                WHEN event_name = 'page_view' AND list_contains($page_events, 'page_view') THEN NULL
                WHEN event_name = 'product_view' AND (list_contains($page_events, 'product_view') OR list_contains($page_events, 'page_view')) THEN NULL
                ELSE 1
            END
        ) AS other_events,
        count(CASE WHEN event_name = 'purchase' THEN 1 END) AS purchases,
        sum(CASE WHEN event_name = 'purchase' THEN value END) AS purchase_value
    FROM star.fact_event
    WHERE
        (visitor_id IS NOT NULL OR customer_key <> 0 OR session_id IS NOT NULL)
        AND ($start IS NULL OR occurred_at >= $start)
        AND ($until IS NULL OR occurred_at < $until)
    GROUP BY 1, 2
),

followed AS (
    SELECT
        slices.*,
        lag(ended_at) OVER (PARTITION BY unit_key ORDER BY slice) AS before_at
    FROM slices
),

begun AS (
    SELECT
        followed.*,
        CASE
            WHEN before_at IS NULL THEN 1
            WHEN epoch_us(started_at) - epoch_us(before_at) > main.microseconds($idle_minutes / 1440) THEN 1
            WHEN $new_day AND CAST(started_at AS DATE) <> CAST(before_at AS DATE) THEN 1
            ELSE 0
        END AS is_begin
    FROM followed
),

numbered AS (
    SELECT
        begun.*,
        sum(is_begin) OVER (PARTITION BY unit_key ORDER BY slice ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session_number
    FROM begun
),

sessions AS (
    SELECT
        unit_key,
        session_number,
        min(started_at) AS started_at,
        max(ended_at) AS ended_at,
        sum(events) AS events,
        sum(page_views) AS page_views,
        sum(key_events) AS key_events,
        sum(other_events) AS other_events,
        sum(purchases) AS purchases,
        sum(purchase_value) AS purchase_value
    FROM numbered
    GROUP BY unit_key, session_number
),

judged AS (
    SELECT
        sessions.*,
        main.elapsed_days(started_at, ended_at) * 86400 >= $engaged_seconds OR page_views >= 2 OR key_events > 0 AS is_engaged
    FROM sessions
)

SELECT
    CASE unit_key % 4 WHEN 0 THEN 'visitor' WHEN 1 THEN 'customer' ELSE 'session' END AS unit,
    unit_key // 4 AS unit_id,
    CAST(session_number AS BIGINT) AS session_number,
    started_at,
    ended_at,
    main.elapsed_seconds(started_at, ended_at) AS duration_seconds,
    CAST(events AS BIGINT) AS events,
    CAST(page_views AS BIGINT) AS page_views,
    CAST(key_events AS BIGINT) AS key_events,
    CAST(purchases AS BIGINT) AS purchases,
    CAST(purchase_value AS DECIMAL(18, 2)) AS purchase_value,
    is_engaged,
    CASE $rule WHEN 'ga4' THEN NOT is_engaged ELSE page_views <= 1 AND other_events = 0 END AS is_bounce
FROM judged
ORDER BY unit, unit_id, session_number
