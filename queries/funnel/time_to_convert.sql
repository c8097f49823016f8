/*
question = "How long do people take from step to step?"
doc = """
The attempts of funnel/conversion with the same parameters, by the time that they took: a row for each step and span of time, spans without anybody \
included up to the longest that the step knows. Times are those of whoever reached the step, from the step before or from the first. A span holds its end, \
not its beginning, but the first holds also those who took no time at all. Needs the facts of events."""
misleads = """
Only those who arrived have a time, so a window cuts long times off, and attempts of the last days can only have short ones: end the entries (until) a window \
before the last data. Where people reach a step in two ways (now, or next week) neither mean nor median is anybody's time."""
grain = ["step_number", "from_seconds"]
headline = ["step_number", "step", "from_seconds", "until_seconds", "units", "share", "cumulative_share"]
needs = ["star.fact_event"]

[params]
measured_from = { type = "choice", of = ["previous", "first"], default = "previous", doc = "Where the time begins: at the step before, or at the first step." }
bounds_minutes = { type = "list[float]", min = 0, max = 5256000, default = [0.5, 1, 2, 5, 10, 30, 60, 180, 720, 1440, 4320, 10080, 20160, 43200, 129600], doc = "Ends of the spans, in minutes; what took longer than the last is in a span without an end." }

[columns]
step_number = "Number of the step that was reached, from 2."
step = "The step, as it was asked for."
from_seconds = "Beginning of the span, exclusive; that of the first, 0, is in it."
until_seconds = "End of the span, inclusive. NULL for the last, which has none."
units = "Units (or attempts, with count = totals) that took a time within the span."
share = "units, divided by all who reached the step."
cumulative_share = "Share of all who reached the step that took until_seconds or less."

[chart]
kind = "heat"
x = "until_seconds"
y = "step"
series = "share"

[finding]
text = "{share:percent} of those who reach {step} do so within {until_seconds:count} seconds."
sql = """
SELECT step, until_seconds, cumulative_share AS share
FROM answer
WHERE cumulative_share >= 0.5 AND until_seconds IS NOT NULL AND step_number = (SELECT max(step_number) FROM answer)
ORDER BY from_seconds LIMIT 1"""
*/
{% import "funnel/_attempts.sql" as funnel with context %}
WITH {{ funnel.attempts() }},

ends AS (
    SELECT until_seconds, coalesce(lag(until_seconds) OVER (ORDER BY until_seconds), 0) AS from_seconds
    FROM (
        SELECT CAST(round(minutes * 60) AS BIGINT) AS until_seconds
        FROM (SELECT unnest($bounds_minutes) AS minutes) AS bounds_asked
        GROUP BY 1
    ) AS whole_seconds
    WHERE until_seconds > 0
),

spans AS (
    SELECT from_seconds, until_seconds FROM ends
    UNION ALL
    SELECT coalesce(max(until_seconds), 0) AS from_seconds, CAST(NULL AS BIGINT) AS until_seconds FROM ends
),

arrivals AS (
    SELECT
        steps.step_number,
        CASE steps.step_number
            {% for k in range(2, funnel.last + 1) %}
            WHEN {{ k }} THEN attempts.reached_{{ k }} - CASE $measured_from WHEN 'first' THEN attempts.reached_1 ELSE attempts.reached_{{ k - 1 }} END
            {% endfor %}
        END AS taken,
        count(*) AS units
    FROM attempts
    INNER JOIN (VALUES {% for k in range(2, funnel.last + 1) %}({{ k }}){{ "" if loop.last else ", " }}{% endfor %}) AS steps (step_number)
        ON steps.step_number <= attempts.last_step
    GROUP BY 1, 2
),

-- A row for each step and span, also where nobody took as long.
placed AS (
    SELECT
        arrivals.step_number,
        spans.from_seconds,
        spans.until_seconds,
        sum(CASE
            WHEN (arrivals.taken > spans.from_seconds * 1000000 OR arrivals.taken = 0 AND spans.from_seconds = 0)
                AND (spans.until_seconds IS NULL OR arrivals.taken <= spans.until_seconds * 1000000)
                THEN arrivals.units
            ELSE 0
        END) AS units
    FROM arrivals
    CROSS JOIN spans
    GROUP BY arrivals.step_number, spans.from_seconds, spans.until_seconds
),

filled AS (
    SELECT
        placed.*,
        sum(units) OVER (PARTITION BY step_number) AS all_units,
        max(CASE WHEN units > 0 THEN from_seconds END) OVER (PARTITION BY step_number) AS longest,
        sum(units) OVER (PARTITION BY step_number ORDER BY from_seconds ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS units_so_far
    FROM placed
)

SELECT
    CAST(step_number AS INTEGER) AS step_number,
    list_extract($steps, step_number) AS step,
    from_seconds,
    until_seconds,
    CAST(units AS BIGINT) AS units,
    main.ratio(units, all_units) AS share,
    main.ratio(units_so_far, all_units) AS cumulative_share
FROM filled
WHERE from_seconds <= longest
ORDER BY step_number, from_seconds
