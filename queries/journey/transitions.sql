/*
question = "How do people flow from step to step?"
doc = """
The rows of a Sankey diagram: how many journeys went from one step to the next, by the number of the step. Forwards step_number 1 is the passage from the first step (or from from_step) to the second, \
and (end) is where a journey went no further; backwards, with to_step alone, -1 is the passage into to_step, and (start) where a journey began. What flows into a step flows out of it at the next \
number, up to max_steps. page and page_type take the events that know their page, as most do. Steps of one moment follow each other by the number of their event, as their source had them. The steps that are taken most often in the range, by whomever, keep their names, top_steps of them; all others are (other). Needs star.fact_event, for channels star.fact_session alone. Sales are those of the visit; of a visitor or customer, those of visits that are the one with from_step or began after it, and that began no later than to_step."""
misleads = "The flow says what follows, not why: who goes from the cart to a product page may be comparing, or lost."
grain = ["step_number", "source", "target"]
headline = ["step_number", "source", "target", "journeys", "source_share"]
needs = ["star.fact_event or star.fact_session"]

[params]
top_steps = { type = "int", min = 1, max = 1000000, default = 12, doc = "Steps that keep their name." }

[columns]
step_number = "Number of the passage: from 1 on forwards, from -1 down backwards."
source = "Step before; (start) where the journey began."
target = "Step after; (end) where the journey went no further."
journeys = "Visits, visitors or customers that went this way."
source_share = "journeys / all that were at the source with this number. Backwards: at the target."
conversions = "Of these, how many had a visit that ended in a sale, within the journey."

[chart]
kind = "sankey"
x = "source"
y = "journeys"
series = "target"

[finding]
text = "Of the journeys that begin with {source}, {share:percent} end there."
sql = """
SELECT source, source_share AS share
FROM answer
WHERE step_number = 1 AND target = '(end)' AND journeys >= 100 AND source <> '(other)'
ORDER BY journeys DESC, source LIMIT 1"""
*/
{% import "journey/_steps.sql" as steps %}
{% import "journey/_walks.sql" as walks %}
WITH {{ walks.walks() }},

{{ steps.step_counts() }},

top_names AS (
    SELECT ranked.step_key, known_steps.step
    FROM (SELECT step_key, row_number() OVER (ORDER BY times DESC, step_key) AS step_rank FROM step_counts) AS ranked
    INNER JOIN known_steps ON known_steps.step_key = ranked.step_key
    WHERE ranked.step_rank <= $top_steps
),

-- From each step of a walk to the one after it, 0 being the end; one that goes on has no end yet.
passages AS (
    SELECT
        numbers.number,
        {{ walks.step_of("numbers.number", "walks") }} AS near_key,
        coalesce({{ walks.step_of("numbers.number + 1", "walks") }}, 0) AS far_key,
        sum(walks.journeys) AS journeys,
        sum(walks.conversions) AS conversions
    FROM walks
    INNER JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS numbers (number) ON numbers.number < $max_steps
    WHERE {{ walks.step_of("numbers.number", "walks") }} IS NOT NULL
    GROUP BY 1, 2, 3
),

named AS (
    SELECT
        passages.number,
        asked.direction,
        coalesce(near.step, '(other)') AS near,
        CASE
            WHEN passages.far_key <> 0 THEN coalesce(far.step, '(other)')
            WHEN asked.direction = 1 THEN '(end)'
            ELSE '(start)'
        END AS far,
        sum(passages.journeys) AS journeys,
        sum(passages.conversions) AS conversions
    FROM passages
    CROSS JOIN asked
    LEFT JOIN top_names AS near ON near.step_key = passages.near_key
    LEFT JOIN top_names AS far ON far.step_key = passages.far_key
    GROUP BY 1, 2, 3, 4
)

SELECT
    CAST(number * direction AS INTEGER) AS step_number,
    CASE direction WHEN 1 THEN near ELSE far END AS source,
    CASE direction WHEN 1 THEN far ELSE near END AS target,
    CAST(journeys AS BIGINT) AS journeys,
    main.ratio(journeys, sum(journeys) OVER (PARTITION BY number, near)) AS source_share,
    CAST(conversions AS BIGINT) AS conversions
FROM named
ORDER BY number, journeys DESC, source, target
