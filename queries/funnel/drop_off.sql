/*
question = "Which sessions are lost that others like them would have kept?"
doc = """
Sessions by channel, device, country, landing page and new or returning browser: how many reached from_stage, how many of them to_stage, and how many \
more would have, had the segment converted like the best of its kind. Best is the segment of at least min_sessions whose interval lies highest, so that few sessions with much luck \
are not the measure. Ranked by what is lost. With the defaults the stages are Homepage and Purchase, so lost is in purchases. The interval of lost is that of the difference of two shares \
(normal approximation), p_value that of a two-sided z-test. A browser is returning where it had been seen before the visit. Needs the facts of sessions."""
misleads = """
It compares, it does not explain: branded search converts best since it brings people who had decided to buy, and no other channel ever will. Look for segments that ought to be alike, \
as devices or browsers of one channel are. The best of many segments is partly best by luck: with many landing pages lost is too high."""
grain = ["property", "value"]
headline = ["property", "value", "sessions", "reached", "conversion_rate", "best_value", "lost", "lost_low", "lost_high"]
needs = ["star.fact_session"]

[params]
by = { type = "list[choice]", of = ["channel", "device", "country", "landing_page", "visitor"], default = ["channel", "device", "country", "landing_page", "visitor"], doc = "The kinds of segments." }
min_sessions = { type = "int", min = 1, max = 1000000000, default = 100, doc = "Segments with fewer sessions are left out." }

[columns]
property = "Kind of segment."
value = "The segment."
sessions = "Sessions that reached from_stage."
reached = "Of these, sessions that reached to_stage."
conversion_rate = "reached / sessions."
rate_low = "Lower end of its 95 % interval (Wilson)."
rate_high = "Upper end."
best_value = "The segment of the same kind that converts best."
best_rate = "Its conversion_rate."
lost = "Sessions more that would have reached to_stage at the best segment's rate. 0 for the best; below 0 for one that does better on few sessions."
lost_low = "Lower end of its 95 % interval. NULL for the best."
lost_high = "Upper end."
p_value = "Chance of a difference at least as large if both segments converted alike. NULL for the best."

[chart]
kind = "interval"
x = "value"
y = "lost"
series = "property"
low = "lost_low"
high = "lost_high"

[finding]
text = "Most is lost at {property} {value}: {lost:count} sessions ({low:count} to {high:count}) that would have gone on at the rate of {best_value}."
effect = "effect"
sql = """
WITH whole AS (
    SELECT property AS kind, sum(reached) AS total
    FROM answer
    GROUP BY property
)
SELECT property, value, lost, lost_low AS low, lost_high AS high, best_value, lost / nullif(total, 0) AS effect
FROM answer
INNER JOIN whole ON whole.kind = property
WHERE lost_low > 0
ORDER BY lost DESC, property, value LIMIT 1"""

[advice]
text = "Mend the way to a purchase for visits by {value}: they end in one in {rate:percent} of cases, visits by {best_value} in {best_rate:percent}."
assumption = "A quarter of the gap comes of the site and not of who visits by {value}, and a purchase more is worth an average order."
unit = "net revenue"
period = "in the time asked about, for a quarter of the gap"
only = { from_stage = "Homepage", to_stage = "Purchase" }
sql = """
SELECT
    value, best_value, conversion_rate AS rate, best_rate,
    0.25 * lost * order_value AS worth, 0.25 * lost_low * order_value AS worth_low, 0.25 * lost_high * order_value AS worth_high
FROM answer
CROSS JOIN company
WHERE property = 'device' AND value NOT IN ('(unknown)', '(other)') AND reached >= 30
ORDER BY lost DESC, value LIMIT 1"""
*/
{% import "funnel/_segments.sql" as sessions %}
WITH {{ sessions.entered() }},

{{ sessions.segments("entered") }},

rated AS (
    SELECT property, value, sessions, reached, main.ratio(reached, sessions) AS rate
    FROM segments
    WHERE sessions >= $min_sessions AND list_contains($by, property)
),

ranked AS (
    SELECT
        rated.*,
        stats.wilson_low(rate, sessions, stats.z_95()) AS rate_low,
        row_number() OVER (PARTITION BY property ORDER BY main.fixed_point(stats.wilson_low(rate, sessions, stats.z_95())) DESC, sessions DESC, value) AS place
    FROM rated
),

compared AS (
    SELECT
        ranked.*,
        max(CASE WHEN place = 1 THEN value END) OVER (PARTITION BY property) AS best_value,
        max(CASE WHEN place = 1 THEN rate END) OVER (PARTITION BY property) AS best_rate,
        max(CASE WHEN place = 1 THEN sessions END) OVER (PARTITION BY property) AS best_sessions,
        max(CASE WHEN place = 1 THEN reached END) OVER (PARTITION BY property) AS best_reached
    FROM ranked
),

tested AS (
    SELECT
        compared.*,
        sessions * best_rate - reached AS lost,
        CASE
            WHEN place > 1 THEN stats.z_95() * sessions * sqrt(rate * (1 - rate) / sessions + best_rate * (1 - best_rate) / best_sessions)
        END AS margin,
        CASE
            WHEN place > 1 THEN abs(best_rate - rate) / nullif(sqrt(
                (CAST(reached AS DOUBLE) + best_reached) / (sessions + best_sessions)
                * (1 - (CAST(reached AS DOUBLE) + best_reached) / (sessions + best_sessions))
                * (1e0 / sessions + 1e0 / best_sessions)
            ), 0)
        END AS z
    FROM compared
)

SELECT
    property,
    value,
    sessions,
    reached,
    rate AS conversion_rate,
    rate_low,
    stats.wilson_high(rate, sessions, stats.z_95()) AS rate_high,
    best_value,
    best_rate,
    CASE WHEN place = 1 THEN 0 ELSE lost END AS lost,
    lost - margin AS lost_low,
    lost + margin AS lost_high,
    2 * stats.normal_tail(z) AS p_value
FROM tested
ORDER BY round(CASE WHEN place = 1 THEN 0 ELSE lost END, 6) DESC, property, value
