/*
question = "Is one funnel better than the other, beyond chance?"
doc = """
The attempts of funnel/conversion with the same parameters in two groups, step by step: the last two periods of period_days days by their entry, or two values of the breakdown. \
The difference is the second group's rate less the first's, with a 95 % interval (normal approximation) and the p-value of a two-sided z-test of two shares. \
Periods end with until, by default a window before as_of, so that all of their windows are closed; the second period is the later one. Of a breakdown the two values with the most \
entries are compared, or first_value with second_value. Needs the facts of events; a breakdown also those of sessions."""
misleads = """
A difference between periods has whatever changed between them as its cause, the season and the mix of visitors included; a difference between devices or channels tells of the people \
who use them. Only an experiment tells causes. Eight steps are eight tests: one of twenty without any difference has a p-value below 0.05. With count = totals attempts of \
one person are not independent, and the test is too sure."""
grain = ["step_number"]
headline = ["step_number", "step", "first_rate", "second_rate", "difference", "low", "high", "p_value"]

[params]
split = { type = "choice", of = ["period", "breakdown"], default = "period", doc = "What makes the groups: two periods, or two values of the breakdown." }
period_days = { type = "int", min = 1, max = 3650, default = 28, doc = "Length of each period, in days." }
breakdown = { default = "device" }
first_value = { type = "str", doc = "The first group, a value of the breakdown. Default: of the two values with the most entries the one that has more." }
second_value = { type = "str", doc = "The second group. Default: the other of the two." }
rate = { type = "choice", of = ["previous", "first"], default = "first", doc = "What is compared: the share of those of the step before, or of those of the first step." }

[columns]
step_number = "Number of the step, from 2."
step = "The step, as it was asked for."
first_group = "The first group: the value, or the first day of the period."
second_group = "The second group."
first_before = "Units of the first group that could reach the step: those of the step before, or of the first."
first_entered = "Of these, units that reached it."
first_rate = "first_entered / first_before."
second_before = "Units of the second group that could reach the step."
second_entered = "Of these, units that reached it."
second_rate = "second_entered / second_before."
difference = "second_rate - first_rate."
low = "Lower end of its 95 % interval."
high = "Upper end."
lift = "difference / first_rate. NULL where that is 0."
z = "The score of the test, with the pooled share. NULL where nobody or everybody reached the step."
p_value = "Chance of a difference at least as large, either way, if both groups converted alike."

[chart]
kind = "dumbbell"
x = "step"
y = ["first_rate", "second_rate"]

[finding]
text = "{step}: {second_rate:percent} in {second_group} against {first_rate:percent} in {first_group}, more than chance explains (p {p_value:number})."
sql = "SELECT step, second_rate, second_group, first_rate, first_group, p_value FROM answer WHERE p_value < 0.05 / (SELECT count(*) FROM answer) ORDER BY p_value, step_number LIMIT 1"
*/
{% import "funnel/_attempts.sql" as funnel with context %}
{% import "funnel/_breakdown.sql" as sessions with context %}
WITH {{ funnel.attempts() }},

{{ sessions.with_sessions("attempts") }},

{{ sessions.described("attempts_with_sessions") }},

dated AS (
    SELECT
        described.breakdown_value,
        described.entered_at,
        described.last_step,
        coalesce(epoch_us(CAST($until AS TIMESTAMP)), bounds.today - {{ funnel.window_length }}) AS end_at
    FROM described
    CROSS JOIN bounds
),

-- Periods count back from the end: 0 is the last one.
aged AS (
    SELECT
        CASE WHEN $split = 'breakdown' THEN breakdown_value END AS value,
        CASE WHEN $split = 'period' THEN CAST(ceil(CAST(end_at - entered_at AS DOUBLE) / main.microseconds($period_days)) AS BIGINT) - 1 END AS age,
        end_at,
        last_step
    FROM dated
),

reaches AS (
    SELECT value, age, end_at, last_step, count(*) AS units
    FROM aged
    GROUP BY value, age, end_at, last_step
),

sized AS (
    SELECT reaches.*, CAST(sum(units) OVER (PARTITION BY value, age) AS BIGINT) AS entries
    FROM reaches
),

ordered_values AS (
    SELECT sized.*, dense_rank() OVER (ORDER BY entries DESC, value, age) AS place
    FROM sized
),

grouped AS (
    SELECT
        CASE
            WHEN $split = 'period' THEN CASE age WHEN 1 THEN 1 WHEN 0 THEN 2 END
            WHEN ($first_value IS NULL) <> ($second_value IS NULL) THEN error('first_value and second_value belong together')
            WHEN value = $first_value THEN 1
            WHEN value = $second_value THEN 2
            WHEN $first_value IS NULL AND $second_value IS NULL AND place <= 2 THEN place
        END AS group_number,
        CASE
            WHEN $split = 'period' THEN strftime(make_timestamp(end_at - (age + 1) * main.microseconds($period_days)), '%Y-%m-%d')
            ELSE value
        END AS group_name,
        last_step,
        units
    FROM ordered_values
),

step_totals AS (
    SELECT
        numbers.step_number,
        max(CASE WHEN grouped.group_number = 1 THEN grouped.group_name END) AS first_group,
        max(CASE WHEN grouped.group_number = 2 THEN grouped.group_name END) AS second_group,
        {% for name in ["first", "second"] %}
        sum(CASE WHEN grouped.group_number = {{ loop.index }} AND grouped.last_step >= CASE $rate WHEN 'first' THEN 1 ELSE numbers.step_number - 1 END THEN grouped.units ELSE 0 END) AS {{ name }}_before,
        sum(CASE WHEN grouped.group_number = {{ loop.index }} AND grouped.last_step >= numbers.step_number THEN grouped.units ELSE 0 END) AS {{ name }}_entered{{ "" if loop.last else "," }}
        {% endfor %}
    FROM grouped
    INNER JOIN (VALUES (2), (3), (4), (5), (6), (7), (8)) AS numbers (step_number)
        ON numbers.step_number <= array_length($steps)
    WHERE grouped.group_number IS NOT NULL
    GROUP BY numbers.step_number
),

rates AS (
    SELECT
        step_totals.*,
        main.ratio(first_entered, first_before) AS first_rate,
        main.ratio(second_entered, second_before) AS second_rate,
        main.ratio(first_entered + second_entered, first_before + second_before) AS pooled
    FROM step_totals
),

tested AS (
    SELECT
        rates.*,
        second_rate - first_rate AS difference,
        stats.z_95() * sqrt(first_rate * (1 - first_rate) / first_before + second_rate * (1 - second_rate) / second_before) AS margin,
        (second_rate - first_rate) / nullif(sqrt(pooled * (1 - pooled) * (1e0 / first_before + 1e0 / second_before)), 0) AS z
    FROM rates
    WHERE first_before > 0 AND second_before > 0
)

SELECT
    CAST(step_number AS INTEGER) AS step_number,
    list_extract($steps, step_number) AS step,
    first_group,
    second_group,
    CAST(first_before AS BIGINT) AS first_before,
    CAST(first_entered AS BIGINT) AS first_entered,
    first_rate,
    CAST(second_before AS BIGINT) AS second_before,
    CAST(second_entered AS BIGINT) AS second_entered,
    second_rate,
    difference,
    difference - margin AS low,
    difference + margin AS high,
    main.ratio(difference, first_rate) AS lift,
    z,
    2 * stats.normal_tail(abs(z)) AS p_value
FROM tested
ORDER BY step_number
