/*
question = "Is one funnel better than the other, beyond chance?"
doc = """
The attempts of funnel/conversion with the same parameters in two groups, step by step: the last two periods of period_days days by their entry, or two values of the breakdown. \
The difference is the second group's rate less the first's, with a 95 % interval (normal approximation) and the p-value of a two-sided z-test of two shares. \
Periods end with until, by default a window before as_of, so that all of their windows are closed; the second period is the later one. \
Each is what funnel/conversion answers with its first moment as start and its end as until: who enters in both counts once in each. Of a breakdown the two values with the most \
entries are compared, or first_value with second_value. Needs the facts of events; a breakdown also those of sessions."""
misleads = """
A difference between periods has whatever changed between them as its cause, the season and the mix of visitors included; a difference between devices or channels tells of the people \
who use them. Only an experiment tells causes. Eight steps are eight tests: one of twenty without any difference has a p-value below 0.05. With count = totals attempts of \
one person are not independent, and the test is too sure."""
grain = ["step_number"]
headline = ["step_number", "step", "first_rate", "second_rate", "difference", "low", "high", "p_value"]
needs = ["star.fact_event"]

[params]
split = { type = "choice", of = ["period", "breakdown"], default = "period", doc = "What makes the groups: two periods, or two values of the breakdown." }
period_days = { type = "int", min = 1, max = 3650, doc = "Length of each period, in days. Default: 28, or half of the days known before the end if those are fewer." }
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
{# Periods count back from the end: 0 is the last one. #}
{% set periods_ago = "(periods.last_end - fitted_events.moment - 1) // periods.length" %}
{% set periods %}
ends AS (
    SELECT
        coalesce(epoch_us(CAST($until AS TIMESTAMP)), today - {{ funnel.window_length }}) AS last_end,
        greatest(coalesce(epoch_us(CAST($start AS TIMESTAMP)), first_day), first_day) AS first_at,
        today,
        $period_days AS days_asked
    FROM bounds
),

periods AS (
    SELECT
        last_end,
        CASE
            WHEN $split = 'breakdown' THEN 0
            WHEN last_end > today + 86400000000 THEN error('until is ' || make_timestamp(last_end) || ', after the last day that is known: give one up to ' || make_timestamp(today))
            WHEN last_end - 2 * main.microseconds(days_asked) < first_at
                THEN error('two periods of ' || days_asked || ' days before ' || make_timestamp(last_end) || ' begin before the data or start (' || make_timestamp(first_at) || '): give at most ' || greatest((last_end - first_at) // 172800000000, 0) || ' period_days')
            WHEN days_asked IS NOT NULL THEN main.microseconds(days_asked)
            WHEN last_end - first_at >= 172800000000 THEN main.microseconds(least((last_end - first_at) // 172800000000, 28))
        END AS length
    FROM ends
),
{% endset %}
WITH {{ funnel.attempts({
    "defined": periods,
    "told_by": "periods",
    "number": "CASE WHEN $split = 'breakdown' THEN 0 WHEN " ~ periods_ago ~ " IN (0, 1) THEN " ~ periods_ago ~ " END",
    "begins": "CASE WHEN $split = 'breakdown' THEN -" ~ funnel.never ~ " ELSE periods.last_end - (" ~ periods_ago ~ " + 1) * periods.length END",
    "ends": "CASE WHEN $split = 'breakdown' THEN " ~ funnel.never ~ " ELSE periods.last_end - " ~ periods_ago ~ " * periods.length END",
}) }},

{{ sessions.with_sessions("attempts", "fitted_events") }},

{{ sessions.described("attempts_with_sessions") }},

aged AS (
    SELECT
        CASE WHEN $split = 'breakdown' THEN described.breakdown_value END AS value,
        CASE WHEN $split = 'period' THEN (periods.last_end - described.entered_at - 1) // periods.length END AS age,
        periods.last_end,
        periods.length,
        described.last_step
    FROM described
    CROSS JOIN periods
),

reaches AS (
    SELECT value, age, last_end, length, last_step, count(*) AS units
    FROM aged
    GROUP BY value, age, last_end, length, last_step
),

sized AS (
    SELECT reaches.*, CAST(sum(units) OVER (PARTITION BY value, age) AS BIGINT) AS entries
    FROM reaches
),

ordered_values AS (
    SELECT
        sized.*,
        dense_rank() OVER (ORDER BY entries DESC, value, age) AS place,
        CASE WHEN $first_value IS NULL THEN 1 ELSE sum(CASE WHEN value = $first_value THEN units ELSE 0 END) OVER () END AS first_units,
        CASE WHEN $second_value IS NULL THEN 1 ELSE sum(CASE WHEN value = $second_value THEN units ELSE 0 END) OVER () END AS second_units,
        string_agg(CASE WHEN number = 1 THEN value END, ', ') OVER () AS known_values
    FROM (
        SELECT sized.*, row_number() OVER (PARTITION BY value ORDER BY age, last_step) AS number
        FROM sized
    ) AS sized
),

grouped AS (
    SELECT
        CASE
            WHEN $split = 'period' AND ($first_value IS NOT NULL OR $second_value IS NOT NULL)
                THEN error('first_value and second_value are values of a breakdown: ask for split = breakdown')
            WHEN $split = 'period' THEN CASE age WHEN 1 THEN 1 WHEN 0 THEN 2 END
            WHEN $breakdown = 'none' THEN error('split = breakdown needs a breakdown other than none')
            WHEN ($first_value IS NULL) <> ($second_value IS NULL) THEN error('first_value and second_value belong together')
            WHEN $first_value = $second_value THEN error('first_value and second_value must differ')
            WHEN first_units = 0 OR second_units = 0
                THEN error('nobody entered with the ' || $breakdown || ' ''' || CASE WHEN first_units = 0 THEN $first_value ELSE $second_value END || '''; there are ' || known_values)
            WHEN value = $first_value THEN 1
            WHEN value = $second_value THEN 2
            WHEN $first_value IS NULL AND $second_value IS NULL AND place <= 2 THEN place
        END AS group_number,
        CASE
            WHEN $split = 'period' THEN strftime(make_timestamp(last_end - (age + 1) * length), '%Y-%m-%d')
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
