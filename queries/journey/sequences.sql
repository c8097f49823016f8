/*
question = "What do people do next after each step?"
doc = """
How often each step follows each other one, in all places of a journey: (start) is before the first step, (end) after the last. lift compares the share with how often the next step follows anything: \
2 is twice as often as after steps in general. page and page_type take the events that know their page, as most do. Steps of one moment follow each other by the number of their event, as their source had them. Needs star.fact_event, for channels star.fact_session alone."""
misleads = "Next is next in the data: what sends no event is not seen, and with collapse = true staying on a kind of page is no step."
grain = ["step", "next_step"]
headline = ["step", "next_step", "times", "share", "lift", "mean_seconds"]
needs = ["star.fact_event or star.fact_session"]

[params]
after = { type = "str", doc = "Only what follows this step, by name; (start) for how journeys begin. Default: after each." }
limit_to = { type = "int", min = 1, max = 1000000, default = 10, doc = "Next steps shown of each step, those that follow most often; shares are of all." }

[columns]
step = "The step; (start) before the first."
next_step = "The step that follows it; (end) where none does."
times = "How often it follows."
share = "times / how often the step was taken."
lift = "share / the share of next_step after all steps."
mean_seconds = "Mean seconds from the one to the other; with collapse from the last time that the step was repeated, so that the time spent on repeats is not in it. NULL before the first and after the last."

[chart]
kind = "heat"
x = "next_step"
y = "step"
series = "share"

[finding]
text = "After {step} comes {next_step} in {share:percent} of cases, {lift:number} times as often as after steps in general."
sql = """
SELECT step, next_step, share, lift
FROM answer
WHERE times >= 100 AND lift >= 1.5 AND step <> '(start)' AND next_step <> '(end)'
ORDER BY times DESC, step, next_step LIMIT 1"""
*/
{% import "journey/_steps.sql" as steps %}
WITH {{ steps.moments() }},

asked AS (
    SELECT
        CASE
            WHEN $after IS NULL OR $after = '(start)' OR names.steps = 0 OR names.after_key IS NOT NULL THEN true
            ELSE error('after must be (start) or the name of a step, such as ' || names.some)
        END AS is_possible
    FROM (
        SELECT
            min(CASE WHEN step = $after THEN step_key END) AS after_key,
            count(*) AS steps,
            string_agg(CASE WHEN step_key <= 20 THEN step END, ', ' ORDER BY step_key) AS some
        FROM known_steps
    ) AS names
),

followed AS (
    SELECT
        unit_id,
        step_key,
        moment,
        lag(step_key) OVER (PARTITION BY unit_id ORDER BY moment, place) AS step_before,
        lag(moment) OVER (PARTITION BY unit_id ORDER BY moment, place) AS moment_before
    FROM moments
    WHERE unit_id IS NOT NULL AND step_key IS NOT NULL
),

-- 0 stands for the start.
pair_sums AS (
    SELECT
        coalesce(step_before, 0) AS from_key,
        step_key AS to_key,
        count(*) AS times,
        sum(CAST(moment - moment_before AS DECIMAL(38, 0))) AS microseconds
    FROM followed
    WHERE NOT $collapse OR step_before IS NULL OR step_key <> step_before
    GROUP BY 1, 2
),

-- What came to a step and did not leave it ended there; -1 stands for the end.
ends AS (
    SELECT sides.step_key AS from_key, -1 AS to_key, sum(sides.times) AS times, NULL AS microseconds
    FROM (
        SELECT CASE sides.side WHEN 1 THEN pair_sums.to_key ELSE pair_sums.from_key END AS step_key, sides.side * pair_sums.times AS times
        FROM pair_sums
        CROSS JOIN (VALUES (1), (-1)) AS sides (side)
    ) AS sides
    WHERE sides.step_key > 0
    GROUP BY sides.step_key
    HAVING sum(sides.times) > 0
),

pairs AS (
    SELECT from_key, to_key, CAST(times AS BIGINT) AS times, microseconds
    FROM pair_sums
    UNION ALL
    SELECT from_key, to_key, CAST(times AS BIGINT) AS times, microseconds
    FROM ends
),

shares AS (
    SELECT
        pairs.*,
        main.ratio(times, sum(times) OVER (PARTITION BY from_key)) AS share,
        main.ratio(sum(times) OVER (PARTITION BY to_key), sum(times) OVER ()) AS overall_share,
        row_number() OVER (PARTITION BY from_key ORDER BY times DESC, to_key) AS pair_rank
    FROM pairs
),

named AS (
    SELECT
        CASE WHEN shares.from_key = 0 THEN '(start)' ELSE source.step END AS step,
        CASE WHEN shares.to_key = -1 THEN '(end)' ELSE target.step END AS next_step,
        shares.times,
        shares.share,
        main.ratio(shares.share, shares.overall_share) AS lift,
        main.ratio(shares.microseconds, shares.times) / 1000000 AS mean_seconds,
        shares.pair_rank
    FROM shares
    LEFT JOIN known_steps AS source ON source.step_key = shares.from_key
    LEFT JOIN known_steps AS target ON target.step_key = shares.to_key
)

SELECT
    step,
    next_step,
    times,
    share,
    lift,
    mean_seconds
FROM named
CROSS JOIN asked
WHERE asked.is_possible AND pair_rank <= $limit_to AND ($after IS NULL OR step = $after)
ORDER BY CASE step WHEN '(start)' THEN 0 ELSE 1 END, step, times DESC, next_step
