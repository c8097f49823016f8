/*
question = "Does conversion get better or worse?"
doc = """
The attempts of funnel/conversion with the same parameters, by the day, week or month in which they entered: a row for each period and step. Each period is what \
funnel/conversion answers with its first moment as start and its end as until: who enters in several periods counts once in each of them, and whatever \
happens later belongs to the period of the entry. complete says whether the whole period lies in the data and between start and until, and all its windows were closed at as_of. The interval is Wilson's \
95 % score interval of conversion_from_first. Needs the facts of events."""
misleads = """
A period whose windows are still open converts too little: leave out what is not complete. Where the mix of visitors changes, conversion changes without anybody \
behaving otherwise: compare with a breakdown in funnel/conversion."""
grain = ["period_start", "step_number"]
headline = ["period_start", "step_number", "step", "entered", "conversion_from_previous", "conversion_from_first", "complete"]
needs = ["star.fact_event"]

[params]
period = { of = ["day", "week", "month", "quarter", "year"], default = "week" }

[columns]
period_start = "First day of the period of the entries."
step_number = "Number of the step, from 1."
step = "The step, as it was asked for."
entered = "Units (or attempts, with count = totals) that entered in the period and reached this step."
immature = "Of these, units that got no further yet, their window still open at as_of."
conversion_from_previous = "entered, divided by entered of the step before. NULL for the first step."
conversion_from_first = "entered, divided by entered of the first step."
low = "Lower end of its 95 % interval. NULL for the first step."
high = "Upper end."
complete = "Whether the whole period lies in the data and between start and until, and all its windows were closed at as_of."

[chart]
kind = "line"
x = "period_start"
y = "conversion_from_first"
series = "step"
low = "low"
high = "high"

[finding]
text = "Conversion moved beyond chance: {before:percent} of {before_entered:count} entered in the period from {before_start} completed, {after:percent} of {after_entered:count} in that from {after_start}."
sql = """
WITH whole AS (
    SELECT period_start, max(CASE WHEN step_number = 1 THEN entered END) AS entered, arg_max(conversion_from_first, step_number) AS rate,
        arg_max(low, step_number) AS low, arg_max(high, step_number) AS high, row_number() OVER (ORDER BY period_start DESC) AS age
    FROM answer
    WHERE complete
    GROUP BY period_start
    HAVING max(CASE WHEN step_number = 1 THEN entered END) >= 100
)
SELECT early.rate AS before, early.entered AS before_entered, early.period_start AS before_start, late.rate AS after, late.entered AS after_entered, late.period_start AS after_start
FROM whole AS early
INNER JOIN whole AS late ON late.age = 1 AND early.age = 2
WHERE late.low > early.high OR late.high < early.low"""
*/
{% import "funnel/_attempts.sql" as funnel with context %}
{% import "_shared/periods.sql" as periods %}
{% set own_period = periods.start_of("make_timestamp(fitted_events.moment)") %}
WITH {{ funnel.attempts({
    "number": "date_diff('day', DATE '1970-01-01', " ~ own_period ~ ")",
    "begins": "epoch_us(CAST(" ~ own_period ~ " AS TIMESTAMP))",
    "ends": "epoch_us(CAST(" ~ periods.end_of(own_period) ~ " AS TIMESTAMP))",
    "told_by": "bounds",
    "defined": "",
}) }},

dated AS (
    SELECT
        {{ periods.start_of("make_timestamp(attempts.entered_at)") }} AS period_start,
        attempts.last_step,
        attempts.is_mature
    FROM attempts
),

reaches AS (
    SELECT period_start, last_step, is_mature, count(*) AS units
    FROM dated
    GROUP BY period_start, last_step, is_mature
),

step_totals AS (
    SELECT
        reaches.period_start,
        numbers.step_number,
        sum(CASE WHEN reaches.last_step >= numbers.step_number THEN reaches.units ELSE 0 END) AS entered,
        sum(CASE
            WHEN reaches.last_step = numbers.step_number AND numbers.step_number < array_length($steps) AND NOT reaches.is_mature THEN reaches.units
            ELSE 0
        END) AS immature
    FROM reaches
    INNER JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8)) AS numbers (step_number)
        ON numbers.step_number <= array_length($steps)
    GROUP BY reaches.period_start, numbers.step_number
),

step_comparisons AS (
    SELECT
        step_totals.*,
        lag(entered) OVER (PARTITION BY period_start ORDER BY step_number) AS entered_before,
        first_value(entered) OVER (PARTITION BY period_start ORDER BY step_number) AS entered_first
    FROM step_totals
),

period_ends AS (
    SELECT
        step_comparisons.*,
        main.ratio(entered, entered_first) AS rate,
        epoch_us(CAST(period_start AS TIMESTAMP)) AS begins,
        epoch_us(CAST({{ periods.end_of("period_start") }} AS TIMESTAMP)) AS ends,
        bounds.first_day,
        bounds.today
    FROM step_comparisons
    CROSS JOIN bounds
)

SELECT
    period_start,
    CAST(step_number AS INTEGER) AS step_number,
    list_extract($steps, step_number) AS step,
    CAST(entered AS BIGINT) AS entered,
    CAST(immature AS BIGINT) AS immature,
    main.ratio(entered, entered_before) AS conversion_from_previous,
    rate AS conversion_from_first,
    CASE WHEN step_number > 1 THEN stats.wilson_low(rate, entered_first, stats.z_95()) END AS low,
    CASE WHEN step_number > 1 THEN stats.wilson_high(rate, entered_first, stats.z_95()) END AS high,
    begins >= coalesce(epoch_us(CAST($start AS TIMESTAMP)), first_day)
    AND begins >= first_day
    AND ends <= coalesce(epoch_us(CAST($until AS TIMESTAMP)), ends)
    AND ends + {{ funnel.window_length }} <= today AS complete
FROM period_ends
ORDER BY period_start, step_number
