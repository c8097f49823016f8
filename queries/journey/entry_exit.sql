/*
question = "On which pages do visits begin, and on which do they end?"
doc = """
Each page with the visits that saw it, began on it, ended on it, and left at once. Entries and bounces are those of star.fact_session, so that they add up to all visits, the unknown page included; exits and \
visits come from star.fact_event: a visit ends on the page of its last event with a known page, so that exits add up to the visits with such an event. Where the warehouse has no events, exits and what is made of them are \
NULL. exit_rate is exits / visits that saw the page, bounce_rate the share of the visits that began on it of which nothing followed."""
misleads = "Every visit ends somewhere: a high exit rate is a fault on a cart or checkout page, and none on a confirmation, or where the question was answered."
grain = ["page"]
headline = ["page", "visits", "entries", "exits", "exit_rate", "bounces", "bounce_rate"]
needs = ["star.fact_event or star.fact_session"]

[params]
by = { type = "choice", of = ["page", "page_type"], default = "page", doc = "Whether pages are told apart by their path or by what they are for." }
start = { type = "timestamp", doc = "First moment, of visits by their beginning and of events by their own, inclusive. Default: all." }
until = { type = "timestamp", doc = "Last moment, exclusive. Default: all." }
limit_to = { type = "int", min = 1, max = 1000000, default = 100, doc = "Pages shown, those that most visits saw or began on; all others are together in (other)." }

[columns]
page = "Path or type of the page; (unknown) where it is not known, (other) for all pages that are not shown."
visits = "Visits that saw the page. For (other): summed over its pages, so that a visit may count more than once."
entries = "Visits that began on it."
entry_share = "Share of all visits that began on it."
bounces = "Of these, visits in which nothing followed."
bounce_rate = "bounces / entries."
exits = "Visits that ended on it."
exit_share = "Share of all exits."
exit_rate = "exits / visits."

[chart]
kind = "bar"
x = "page"
y = ["entries", "exits"]

[finding]
text = "More visits end on {page} than on any other page: {exit_rate:percent} of those that saw it."
sql = """
SELECT page, exit_rate
FROM answer
WHERE visits >= 100 AND exit_rate IS NOT NULL AND page NOT IN ('(other)', '(unknown)')
ORDER BY exits DESC, page LIMIT 1"""
*/
WITH pages AS (
    SELECT page_key, CASE WHEN $by = 'page' THEN path ELSE CAST(page_type AS VARCHAR) END AS page
    FROM star.dim_page
),

-- Pages of one name are one: its number is the least of theirs.
page_groups AS (
    SELECT page_key, page, min(page_key) OVER (PARTITION BY page) AS group_key
    FROM pages
),

-- Which visits saw which page, and where each ended, are two groupings of the events: neither puts them in order.
seen AS (
    SELECT event.session_id, page_groups.group_key
    FROM star.fact_event AS event
    INNER JOIN page_groups ON page_groups.page_key = event.page_key
    WHERE
        event.session_id IS NOT NULL
        AND event.page_key <> 0
        AND ($start IS NULL OR event.occurred_at >= $start)
        AND ($until IS NULL OR event.occurred_at < $until)
    GROUP BY event.session_id, page_groups.group_key
),

last_pages AS (
    SELECT session_id, arg_max(page_key, struct_pack(occurred_at := occurred_at, event_id := event_id)) AS page_key
    FROM star.fact_event
    WHERE
        session_id IS NOT NULL
        AND page_key <> 0
        AND ($start IS NULL OR occurred_at >= $start)
        AND ($until IS NULL OR occurred_at < $until)
    GROUP BY session_id
),

sides AS (
    SELECT group_key, count(*) AS visits, 0 AS exits, 0 AS entries, 0 AS bounces
    FROM seen
    GROUP BY group_key
    UNION ALL
    SELECT page_groups.group_key, 0, count(*), 0, 0
    FROM last_pages
    INNER JOIN page_groups ON page_groups.page_key = last_pages.page_key
    GROUP BY page_groups.group_key
    UNION ALL
    SELECT
        coalesce(page_groups.group_key, 0),
        0,
        0,
        count(*),
        count(CASE WHEN visit.is_bounce THEN 1 END)
    FROM star.fact_session AS visit
    LEFT JOIN page_groups ON page_groups.page_key = visit.landing_page_key
    WHERE ($start IS NULL OR visit.started_at >= $start) AND ($until IS NULL OR visit.started_at < $until)
    GROUP BY 1
),

page_sums AS (
    SELECT group_key, sum(visits) AS visits, sum(exits) AS exits, sum(entries) AS entries, sum(bounces) AS bounces
    FROM sides
    GROUP BY group_key
),

ranked AS (
    SELECT
        page_sums.*,
        names.page,
        row_number() OVER (ORDER BY greatest(page_sums.visits, page_sums.entries) DESC, names.page) AS page_rank,
        sum(page_sums.exits) OVER () AS all_exits
    FROM page_sums
    LEFT JOIN (SELECT group_key, min(page) AS page FROM page_groups GROUP BY group_key) AS names ON names.group_key = page_sums.group_key
),

told AS (
    SELECT
        CASE WHEN page_rank > $limit_to THEN '(other)' ELSE coalesce(page, '(unknown)') END AS page,
        visits,
        exits,
        entries,
        bounces,
        all_exits
    FROM ranked
),

shown AS (
    SELECT
        page,
        CASE WHEN max(all_exits) > 0 THEN sum(visits) END AS visits,
        CASE WHEN max(all_exits) > 0 THEN sum(exits) END AS exits,
        sum(entries) AS entries,
        sum(bounces) AS bounces
    FROM told
    GROUP BY page
)

SELECT
    page,
    CAST(visits AS BIGINT) AS visits,
    CAST(entries AS BIGINT) AS entries,
    main.ratio(entries, sum(entries) OVER ()) AS entry_share,
    CAST(bounces AS BIGINT) AS bounces,
    main.ratio(bounces, entries) AS bounce_rate,
    CAST(exits AS BIGINT) AS exits,
    main.ratio(exits, sum(exits) OVER ()) AS exit_share,
    main.ratio(exits, visits) AS exit_rate
FROM shown
ORDER BY CASE WHEN page = '(other)' THEN 1 ELSE 0 END, greatest(coalesce(visits, 0), entries) DESC, page
