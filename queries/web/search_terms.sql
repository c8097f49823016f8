/*
question = "What do people search for on the site, what do they not find, and do they buy?"
doc = """
Searches by what was typed, in small letters and without spaces at the ends. Needs events named search with the term in event_properties (keys term or search_term, and \
results for what was found), as synthetic companies have them; where no event tells a term there are no rows. Each term counts the whole visit, so visits and revenue of several terms overlap. \
The terms searched most often are shown, limit_to of them; all others are together in (other), so that searches add up."""
misleads = "Who searches knows what they want: that such visits buy more often does not mean that searching makes them buy."
grain = ["term"]
headline = ["term", "searches", "sessions", "found_nothing_rate", "conversion_rate", "revenue"]
needs = ["star.fact_event"]

[params]
start = { type = "timestamp", doc = "First moment of the searches, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the searches, exclusive. Default: all." }
limit_to = { type = "int", min = 1, max = 1000000, default = 100, doc = "Terms shown, those searched most often." }

[columns]
term = "What was typed; (other) for all terms that are not shown."
searches = "Number of searches."
search_share = "Share of all searches with a term."
sessions = "Visits in which it was searched for."
visitors = "Browsers that searched for it."
mean_results = "Mean number of products found, of searches that tell it."
found_nothing_rate = "Share of searches that found nothing, of those that tell how much they found."
conversions = "Visits with the search that ended in a sale, before or after it."
conversion_rate = "conversions / sessions."
revenue = "Net revenue of these sales."

[chart]
kind = "bar"
x = "term"
y = "searches"

[finding]
text = "{nothing:percent} of the searches find nothing; most often that happens to '{term}'."
sql = """
WITH totals AS (
    SELECT term, found_nothing_rate * searches AS nothing, sum(found_nothing_rate * searches) OVER () / sum(searches) OVER () AS share, sum(searches) OVER () AS searches
    FROM answer
    WHERE found_nothing_rate IS NOT NULL
)
SELECT share AS nothing, term
FROM totals
WHERE searches >= 100 AND share > 0 AND term <> '(other)'
ORDER BY totals.nothing DESC, term LIMIT 1"""

[advice]
text = "Offer what people look for by '{term}', or show under another name what there is: {searches:count} searches for it found nothing."
assumption = "It sells as often as what is searched for and found does ({rate:percent} of the visits), and nobody who found nothing bought something else instead."
unit = "net revenue"
period = "in the time asked about"
# Wilson's interval of the share of visits with a search that found something and ended in a sale.
sql = """
WITH found AS (
    SELECT CAST(sum(conversions) AS DOUBLE) / sum(sessions) AS p, CAST(sum(sessions) AS DOUBLE) AS n
    FROM answer
    WHERE found_nothing_rate = 0 AND term <> '(other)'
    HAVING sum(sessions) >= 100
),

ends AS (
    SELECT
        p,
        (p + 1.92 / n - 1.96 * sqrt(p * (1 - p) / n + 0.96 / (n * n))) / (1 + 3.84 / n) AS low,
        (p + 1.92 / n + 1.96 * sqrt(p * (1 - p) / n + 0.96 / (n * n))) / (1 + 3.84 / n) AS high
    FROM found
)
SELECT term, searches, p AS rate, sessions * p * order_value AS worth, sessions * low * order_value AS worth_low, sessions * high * order_value AS worth_high
FROM answer
CROSS JOIN ends
CROSS JOIN company
WHERE found_nothing_rate = 1 AND conversions = 0 AND searches >= 20 AND term <> '(other)'
ORDER BY sessions DESC, term LIMIT 1"""
*/
WITH searches AS (
    SELECT
        session_id,
        visitor_id,
        lower(trim(regexp_extract(event_properties, '"(search_)?term" *: *"(([^"\\]|\\.)*)"', 2))) AS term,
        CAST(nullif(regexp_extract(event_properties, '"results" *: *([0-9]{1,9})', 1), '') AS INTEGER) AS results
    FROM star.fact_event
    WHERE
        event_name = 'search'
        AND event_properties IS NOT NULL
        AND ($start IS NULL OR occurred_at >= $start)
        AND ($until IS NULL OR occurred_at < $until)
),

ranked AS (
    SELECT term, row_number() OVER (ORDER BY searches DESC, term) <= $limit_to AS is_shown
    FROM (SELECT term, count(*) AS searches FROM searches WHERE term <> '' GROUP BY term) AS counted
),

visit_searches AS (
    SELECT
        CASE WHEN ranked.is_shown THEN searches.term ELSE '(other)' END AS term,
        searches.session_id,
        CASE WHEN searches.session_id IS NULL THEN searches.visitor_id END AS lone_visitor_id,
        min(searches.visitor_id) AS visitor_id,
        count(*) AS searches,
        count(searches.results) AS told,
        sum(searches.results) AS results,
        count(CASE WHEN searches.results = 0 THEN 1 END) AS found_nothing
    FROM searches
    INNER JOIN ranked ON ranked.term = searches.term
    GROUP BY 1, 2, 3
),

term_sums AS (
    SELECT
        visit_searches.term,
        sum(visit_searches.searches) AS searches,
        count(visit_searches.session_id) AS sessions,
        count(DISTINCT visit_searches.visitor_id) AS visitors,
        sum(visit_searches.told) AS told,
        sum(visit_searches.results) AS results,
        sum(visit_searches.found_nothing) AS found_nothing,
        count(CASE WHEN visit.is_converted THEN 1 END) AS conversions,
        sum(visit.revenue) AS revenue
    FROM visit_searches
    LEFT JOIN star.fact_session AS visit ON visit.session_id = visit_searches.session_id
    GROUP BY visit_searches.term
)

SELECT
    term,
    CAST(searches AS BIGINT) AS searches,
    main.ratio(searches, sum(searches) OVER ()) AS search_share,
    sessions,
    visitors,
    main.ratio(results, told) AS mean_results,
    main.ratio(found_nothing, told) AS found_nothing_rate,
    conversions,
    main.ratio(conversions, sessions) AS conversion_rate,
    CAST(coalesce(revenue, 0) AS DECIMAL(18, 2)) AS revenue
FROM term_sums
ORDER BY searches DESC, term
