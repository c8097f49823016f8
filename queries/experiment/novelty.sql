/*
question = "Does the effect last, or was it the charm of the new?"
doc = """
The effect by the week of the experiment in which people were first exposed: each week's people with all that they did in the window, arm beside control. The course is the straight line through the weeks' differences, weighted by \
their certainty: an effect that goes towards 0 week by week, by more than chance, wears off, and its mean over the experiment is not what will be had next year. Needs what experiment/results needs."""
misleads = "Who comes in the first weeks differs from who comes later (regulars come first), so that a course can be theirs rather than the effect's. With few weeks, or few people, steady only means that nothing else can be shown."
grain = ["experiment_id", "variant", "week"]
headline = ["experiment", "variant", "week", "people", "lift", "course", "course_p"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "week"
y = "difference"
low = "difference_low"
high = "difference_high"
series = "experiment"

[finding]
text = "The effect of {variant} in {experiment} wears off: it changes by {change_a_week:number} a week."
sql = "SELECT variant, experiment, change_a_week FROM answer WHERE course = 'wears off' AND weeks >= 4 AND people >= 30 ORDER BY course_p, experiment_id, variant LIMIT 1"

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
week = "Week of the experiment, from its first day (or first exposure), beginning with 1."
metric = "What is measured of each person."
people = "People of the arm exposed first in this week."
control_people = "People of the control."
mean = "Rate or mean of the arm."
control_mean = "Rate or mean of the control."
difference = "mean - control_mean."
difference_low = "Lower end of its interval."
difference_high = "Upper end."
lift = "mean / control_mean - 1. NULL where control_mean is 0."
weeks = "Weeks in which both arms had people who vary, the same in each row of an arm, and so are the next three."
change_a_week = "Slope of the weighted line through the differences. NULL with less than three weeks."
course_p = "Two-sided p-value of no slope, by the normal distribution."
course = "wears off: the slope leads towards 0 and course_p is below 1 - level; grows: it leads away from 0; steady: neither can be shown. NULL with less than three weeks."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

begun AS (
    SELECT
        measured.*,
        coalesce(CAST(experiment.starts_on AS TIMESTAMP), min(measured.exposed_at) OVER (PARTITION BY measured.experiment_key)) AS begins_at
    FROM measured
    INNER JOIN star.dim_experiment AS experiment ON experiment.experiment_key = measured.experiment_key
),

weeks_of_people AS (
    SELECT begun.*, CAST(greatest(floor(main.elapsed_days(begins_at, exposed_at) / 7), 0) AS BIGINT) + 1 AS week
    FROM begun
),

{{ tests.sums("week", "weeks_of_people") }},

{{ tests.compared("week") }},

weights AS (
    SELECT
        compared.*,
        CASE WHEN p_value IS NOT NULL AND standard_error > 0 THEN 1 / (standard_error * standard_error) END AS weight
    FROM compared
    WHERE NOT is_control
),

-- Added up in one order, for floating numbers give other last digits in another.
lines AS (
    SELECT
        weights.*,
        count(weight) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS weeks,
        sum(weight) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS w,
        sum(weight * week) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS wx,
        sum(weight * week * week) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS wxx,
        sum(weight * difference) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS wy,
        sum(weight * week * difference) OVER (PARTITION BY variant_key ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS wxy
    FROM weights
),

slopes AS (
    SELECT
        lines.*,
        CASE WHEN weeks > 2 THEN (wxy - wx * wy / w) / nullif(wxx - wx * wx / w, 0) END AS slope,
        CASE WHEN weeks > 2 THEN (wxy - wx * wy / w) / nullif(sqrt(wxx - wx * wx / w), 0) END AS slope_z
    FROM lines
)

SELECT
    experiment_id,
    slopes.experiment,
    variant,
    week,
    metric_name AS metric,
    people,
    control_people,
    mean,
    control_mean,
    difference,
    difference_low,
    difference_high,
    lift,
    weeks,
    slope AS change_a_week,
    stats.normal_p(slope_z) AS course_p,
    CASE
        WHEN slope_z IS NULL THEN NULL
        WHEN abs(slope_z) <= z THEN 'steady'
        WHEN slope * wy < 0 THEN 'wears off'
        ELSE 'grows'
    END AS course
FROM slopes
ORDER BY experiment_id, variant, week
