/*
question = "Which ways through the site, or to the order, do most people take?"
doc = """
The most common sequences of steps. A journey is a visit (or all that a visitor or customer did) from its first step on, from from_step on, or backwards from to_step; its first max_steps \
steps are told apart, and (more) stands for what is beyond them. page and page_type take the events that know their page, as most do. Steps of one moment follow each other by the number of their event, as their source had them. The paths taken most often are shown, limit_to of them; all others are \
together in (other), so that journeys add up. Needs star.fact_event, for channels star.fact_session alone. Sales are those of the visit; of a visitor or customer, those of visits that are the one with from_step or began after it, and that began no later than to_step."""
misleads = "A common way is not a good one: most visits end soon on any way. Ways of buyers lead through the cart because buying needs it."
grain = ["path"]
headline = ["path", "journeys", "journey_share", "conversion_rate", "revenue"]
needs = ["star.fact_event or star.fact_session"]

[params]
limit_to = { type = "int", min = 1, max = 1000000, default = 20, doc = "Paths shown, those taken most often." }

[columns]
path = "Names of the steps in order, separated by ' > '; (more) where the journey goes on beyond max_steps, (other) for all paths that are not shown."
steps = "Number of steps in the path. NULL for (other)."
journeys = "Visits, visitors or customers that took it."
journey_share = "Share of all journeys."
conversions = "Of these, how many had a visit that ended in a sale, within the journey."
conversion_rate = "conversions / journeys."
revenue = "Net revenue of the sales of these visits."
revenue_per_journey = "revenue / journeys."

[chart]
kind = "bar"
x = "path"
y = "journeys"

[finding]
text = "The most common way is {path}, taken by {share:percent} of the journeys; {rate:percent} of these end in a sale."
sql = """
SELECT path, journey_share AS share, conversion_rate AS rate
FROM answer
WHERE path <> '(other)' AND journeys >= 100
ORDER BY journeys DESC, path LIMIT 1"""
*/
{% import "journey/_walks.sql" as walks %}
WITH {{ walks.walks() }},

ranked AS (
    SELECT
        walks.*,
        row_number() OVER (
            ORDER BY journeys DESC{% for k in range(1, 11) %}, step_{{ k }} NULLS FIRST{% endfor %}, goes_on
        ) AS walk_rank
    FROM walks
),

-- All that is not shown is one walk without steps.
shown AS (
    SELECT
        CASE WHEN walk_rank <= $limit_to THEN walk_rank ELSE 0 END AS walk_key,
        max(CASE WHEN walk_rank <= $limit_to AND goes_on THEN 1 END) AS goes_on,
        {% for k in range(1, 11) %}
        max(CASE WHEN walk_rank <= $limit_to THEN step_{{ k }} END) AS step_{{ k }},
        {% endfor %}
        sum(journeys) AS journeys,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM (SELECT ranked.*, $limit_to AS shown_walks FROM ranked) AS ranked
    GROUP BY 1
),

named AS (
    SELECT
        shown.walk_key,
        string_agg(known_steps.step, ' > ' ORDER BY numbers.number * asked.direction) AS path,
        count(known_steps.step) AS steps,
        min(asked.direction) AS direction,
        min(shown.goes_on) AS goes_on,
        min(shown.journeys) AS journeys,
        min(shown.conversions) AS conversions,
        min(shown.revenue) AS revenue
    FROM shown
    CROSS JOIN asked
    CROSS JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) AS numbers (number)
    LEFT JOIN known_steps ON known_steps.step_key = {{ walks.step_of("numbers.number", "shown") }}
    GROUP BY shown.walk_key
),

told AS (
    SELECT
        CASE
            WHEN walk_key = 0 THEN '(other)'
            WHEN goes_on IS NULL THEN path
            WHEN direction = 1 THEN path || ' > (more)'
            ELSE '(more) > ' || path
        END AS path,
        CASE WHEN walk_key > 0 THEN steps END AS steps,
        journeys,
        conversions,
        revenue
    FROM named
),

-- Names that hold a ' > ' of their own can make one path of two.
path_sums AS (
    SELECT path, min(steps) AS steps, sum(journeys) AS journeys, sum(conversions) AS conversions, sum(revenue) AS revenue
    FROM told
    GROUP BY path
)

SELECT
    path,
    CAST(steps AS INTEGER) AS steps,
    CAST(journeys AS BIGINT) AS journeys,
    main.ratio(journeys, sum(journeys) OVER ()) AS journey_share,
    CAST(conversions AS BIGINT) AS conversions,
    main.ratio(conversions, journeys) AS conversion_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, journeys) AS revenue_per_journey
FROM path_sums
ORDER BY CASE WHEN path = '(other)' THEN 1 ELSE 0 END, journeys DESC, path
