/*
question = "What goes with converting: which properties of sessions, and what was done in them?"
doc = """
Sessions that reached from_stage, with and without something: a channel, device, country or landing page, a new or returning browser, or an event that was done in them (a search, a \
video, a click, a form; a source's own word). For each, how many of those with it and of those without reached to_stage, the odds ratio with its 95 % interval (Woolf 1955, \
half added to each count where one is 0), and the p-value of a two-sided z-test of two shares, corrected for the number of tests. An event counts where it was done \
before the session reached to_stage. Needs the facts of sessions; what was done also those of events."""
misleads = """
What goes with converting need not bring it about: who searches knows what to look for, and who means to buy does more of everything. Longer sessions have more of each event and more time to \
convert. The odds ratio is larger than the ratio of rates where rates are high."""
grain = ["property", "value"]
headline = ["property", "value", "sessions", "conversion_rate", "rate_without", "odds_ratio", "low", "high", "p_adjusted"]
needs = ["star.fact_event"]

[params]
by = { type = "list[choice]", of = ["channel", "device", "country", "landing_page", "visitor", "event"], default = ["channel", "device", "country", "landing_page", "visitor", "event"], doc = "What is tried." }
min_support = { type = "int", min = 1, max = 1000000000, default = 50, doc = "Sessions that must have it, and that must not, for it to be tried." }
correction = { type = "choice", of = ["holm", "bh", "none"], default = "holm", doc = "How p-values are corrected: holm (Holm 1979) keeps the chance of any false finding, bh (Benjamini and Hochberg 1995) the share of false findings." }

[columns]
property = "What is tried: a property of the session, or event."
value = "Its value, or the event."
sessions = "Sessions with it."
reached = "Of these, sessions that reached to_stage."
conversion_rate = "reached / sessions."
sessions_without = "Sessions without it."
reached_without = "Of these, sessions that reached to_stage."
rate_without = "reached_without / sessions_without."
odds_ratio = "Odds of reaching to_stage with it, divided by those without."
low = "Lower end of its 95 % interval."
high = "Upper end."
p_value = "Chance of a difference at least as large if it made no difference. NULL where all or none reached to_stage."
p_adjusted = "The same, corrected for the number of tests."

[chart]
kind = "interval"
x = "value"
y = "odds_ratio"
series = "property"
low = "low"
high = "high"
reference = 1

[finding]
text = "{property} {value} goes with converting most: odds {odds_ratio:number} times those of the others ({low:number} to {high:number})."
sql = "SELECT property, value, odds_ratio, low, high FROM answer WHERE p_adjusted < 0.05 AND low > 1 ORDER BY low DESC, property, value LIMIT 1"
*/
{% import "funnel/_segments.sql" as sessions %}
WITH {{ sessions.entered() }},

{{ sessions.segments("entered") }},

reached_at AS (
    SELECT session_id, min(occurred_at) AS reached_at
    FROM star.fact_event
    WHERE
        {{ sessions.number_of("funnel_stage") }} >= {{ sessions.number_of("$to_stage") }}
        AND session_id IS NOT NULL
        AND list_contains($by, 'event')
    GROUP BY session_id
),

-- What is part of every way through the funnel is left out.
deeds AS (
    SELECT session_id, coalesce(source_event, CAST(event_name AS VARCHAR)) AS event, min(occurred_at) AS done_at
    FROM star.fact_event
    WHERE
        event_name NOT IN ('page_view', 'product_view', 'add_to_cart', 'begin_checkout', 'purchase')
        AND session_id IS NOT NULL
        AND list_contains($by, 'event')
    GROUP BY session_id, coalesce(source_event, CAST(event_name AS VARCHAR))
),

event_segments AS (
    SELECT
        deeds.event AS value,
        count(*) AS sessions,
        sum(entered.has_reached) AS reached
    FROM deeds
    INNER JOIN entered ON entered.session_id = deeds.session_id
    LEFT JOIN reached_at ON reached_at.session_id = deeds.session_id
    WHERE reached_at.reached_at IS NULL OR deeds.done_at < reached_at.reached_at
    GROUP BY deeds.event
),

tried AS (
    SELECT property, value, sessions, reached
    FROM segments
    UNION ALL
    SELECT 'event' AS property, value, CAST(sessions AS BIGINT) AS sessions, CAST(reached AS BIGINT) AS reached
    FROM event_segments
),

-- Every session has one channel, so that those of all channels are all sessions.
counted AS (
    SELECT
        tried.*,
        sum(CASE WHEN property = 'channel' THEN sessions ELSE 0 END) OVER () - sessions AS sessions_without,
        sum(CASE WHEN property = 'channel' THEN reached ELSE 0 END) OVER () - reached AS reached_without
    FROM tried
),

rated AS (
    SELECT
        property,
        value,
        sessions,
        reached,
        CAST(sessions_without AS BIGINT) AS sessions_without,
        CAST(reached_without AS BIGINT) AS reached_without,
        main.ratio(reached, sessions) AS rate,
        main.ratio(reached_without, sessions_without) AS rate_without,
        main.ratio(reached + reached_without, sessions + sessions_without) AS pooled,
        CASE
            WHEN least(reached, sessions - reached, reached_without, sessions_without - reached_without) = 0 THEN 0.5e0
            ELSE 0e0
        END AS added
    FROM counted
    WHERE list_contains($by, property) AND sessions >= $min_support AND sessions_without >= $min_support
),

odds AS (
    SELECT
        rated.*,
        ln((reached + added) * (sessions_without - reached_without + added) / ((sessions - reached + added) * (reached_without + added))) AS log_odds,
        sqrt(1 / (reached + added) + 1 / (sessions - reached + added) + 1 / (reached_without + added) + 1 / (sessions_without - reached_without + added)) AS spread,
        2 * stats.normal_tail(abs(rate - rate_without) / nullif(sqrt(pooled * (1 - pooled) * (1e0 / sessions + 1e0 / sessions_without)), 0)) AS p_value
    FROM rated
),

-- A p-value of NULL is no test.
ordered_tests AS (
    SELECT
        odds.*,
        row_number() OVER (ORDER BY p_value NULLS LAST, property, value) AS place,
        count(p_value) OVER () AS tests
    FROM odds
),

corrected AS (
    SELECT
        ordered_tests.*,
        CASE $correction
            WHEN 'holm' THEN max(p_value * (tests - place + 1)) OVER (ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            WHEN 'bh' THEN min(p_value * tests / place) OVER (ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            ELSE p_value
        END AS p_adjusted
    FROM ordered_tests
)

SELECT
    property,
    value,
    sessions,
    reached,
    rate AS conversion_rate,
    sessions_without,
    reached_without,
    rate_without,
    exp(log_odds) AS odds_ratio,
    exp(log_odds - stats.z_95() * spread) AS low,
    exp(log_odds + stats.z_95() * spread) AS high,
    p_value,
    CASE WHEN p_value IS NOT NULL THEN least(p_adjusted, 1) END AS p_adjusted
FROM corrected
ORDER BY round(log_odds, 9) DESC, property, value
