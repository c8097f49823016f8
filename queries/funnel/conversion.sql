/*
question = "How many get from one step to the next?"
doc = """
A funnel of any steps. Each session, visitor or customer counts once (or each attempt, with count = totals): by the attempt that completes first, \
else by the one that got furthest; of two alike, by the one that entered last. An attempt enters with an event of the first step and goes on with \
later events of the next ones; the whole must lie within the window, its end included. Every step takes an event of its own, later than the one before: \
events of the same moment do not follow each other, unless the order is strict, where they stand in the order of their numbers. \
An attempt whose window is still open at as_of is immature, not dropped. An excluded event disqualifies the attempt: it counts nowhere. For customers, visits \
count from before they were known, where their browser is now known. Needs the facts of events; a breakdown also those of sessions."""
misleads = """
As long as there are immature attempts, conversion is understated: end the entries (until) a window before the last data. A visit that starts on a product \
page never enters a funnel that begins with Homepage: funnel/stages counts it. A later step may have other causes than the one before it."""
grain = ["breakdown_value", "step_number"]
headline = ["breakdown_value", "step_number", "step", "entered", "conversion_from_previous", "conversion_from_first", "median_seconds"]
needs = ["star.fact_event"]

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the session or its property is not known, (not reached) where the step of breakdown_at was not."
step_number = "Number of the step, from 1."
step = "The step, as it was asked for."
entered = "Units (or attempts, with count = totals) that reached this step."
converted = "Of these, units that reached the next step; for the last step, all."
dropped = "Of these, units that got no further, their window closed."
immature = "Of these, units that got no further yet, their window still open at as_of."
conversion_from_previous = "entered, divided by entered of the step before. NULL for the first step."
conversion_from_first = "entered, divided by entered of the first step."
mean_seconds = "Mean seconds from the step before. NULL for the first step."
median_seconds = "Median seconds from the step before."
p90_seconds = "Seconds from the step before within which 90 of 100 made it, interpolated."

[chart]
kind = "funnel"
x = "step"
y = "entered"
series = "breakdown_value"

[finding]
text = "Most are lost after {step}: {dropped:count} of {entered:count} go no further."
sql = "SELECT step, sum(dropped) AS dropped, sum(entered) AS entered FROM answer GROUP BY step_number, step HAVING sum(dropped) > 0 ORDER BY sum(dropped) DESC, step_number LIMIT 1"
*/
{% import "funnel/_attempts.sql" as funnel with context %}
{% import "funnel/_breakdown.sql" as sessions with context %}
{% import "funnel/_figures.sql" as totals %}
WITH {{ funnel.attempts() }},

{{ sessions.with_sessions("attempts") }},

{{ sessions.described("attempts_with_sessions") }},

{{ totals.figures("described", steps_length) }}

SELECT
    breakdown_value,
    CAST(step_number AS INTEGER) AS step_number,
    list_extract($steps, step_number) AS step,
    CAST(entered AS BIGINT) AS entered,
    CAST(converted AS BIGINT) AS converted,
    CAST(CASE WHEN is_last THEN 0 ELSE stopped END AS BIGINT) AS dropped,
    CAST(entered - converted - CASE WHEN is_last THEN 0 ELSE stopped END AS BIGINT) AS immature,
    main.ratio(entered, entered_before) AS conversion_from_previous,
    main.ratio(entered, entered_first) AS conversion_from_first,
    main.ratio(taken, entered) / 1000000 AS mean_seconds,
    median / 1000000 AS median_seconds,
    p90 / 1000000 AS p90_seconds
FROM step_comparisons
ORDER BY entered_first DESC, breakdown_value, step_number
