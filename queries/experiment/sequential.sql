/*
question = "Could the experiment be stopped, looking at it every day?"
doc = """
Day by day, over all people exposed until then: the difference from the control with an interval that holds on all days at once (asymptotic confidence sequences of Waudby-Smith and others 2024, tuned \
as GrowthBook's to be narrowest at tuning_people people), so that one may look as often as one likes and stop at the first day on which it leaves 0. It is wider than that of one look: this is the price. Nothing is \
said until both arms have minimum_people. A person counts on the day of the first exposure with all that they did in the window. An experiment whose exposures all have one moment, such as that of loading a file without moments, has no rows: its days are not known. Needs what experiment/results needs."""
misleads = "The promise is for large groups: with rare successes wait until each arm has some dozens. The fixed interval beside it is right on one day that was chosen before, and on that alone."
grain = ["experiment_id", "variant", "day"]
headline = ["experiment", "variant", "day", "people", "difference", "difference_low", "difference_high", "decision"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "day"
y = "difference"
low = "difference_low"
high = "difference_high"
series = "variant"

[finding]
text = "{experiment} could have been stopped on {day}: {variant} differs from the control by {difference:number} ({difference_low:number} to {difference_high:number}), however often one looks."
sql = "SELECT experiment, day, variant, difference, difference_low, difference_high FROM answer WHERE decision = 'stop' AND is_first_stop ORDER BY day, experiment_id, variant LIMIT 1"

[params]
tuning_people = { type = "int", min = 1, max = 1000000000, default = 5000, doc = "People in both arms at which the interval is narrowest." }
minimum_people = { type = "int", min = 2, max = 1000000, default = 100, doc = "People that each of both arms must have before anything is said." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
day = "The day, at whose end one looks."
metric = "What is measured of each person."
people = "People of the arm exposed until then."
control_people = "People of the control exposed until then."
mean = "Mean of the metric of the arm's people until then."
control_mean = "The control's."
difference = "mean - control_mean."
difference_low = "Lower end of the interval that holds on all days at once. NULL before both arms have minimum_people."
difference_high = "Upper end."
fixed_low = "Lower end of the interval for one look, by the normal distribution."
fixed_high = "Upper end."
p_always = "p-value that holds whenever one stops: the least of those until then. NULL before anything is said."
decision = "stop: the interval has left 0 on this day or before; go on: it has not; wait: too few people yet."
is_first_stop = "Whether it left 0 on this day first."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

by_day AS (
    SELECT
        experiment_key,
        variant_key,
        CAST(exposed_at AS DATE) AS day,
        min(metric_name) AS metric_name,
        count(*) AS people,
        CAST(sum(value) AS DOUBLE) / 1000000 AS total,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value) AS DOUBLE) / 1000000000000 AS squares
    FROM measured
    GROUP BY experiment_key, variant_key, CAST(exposed_at AS DATE)
),

-- Experiments whose days are known.
moments AS (
    SELECT experiment_key
    FROM assigned
    GROUP BY experiment_key
    HAVING min(exposed_at) < max(exposed_at)
),

-- Each arm on each day of its experiment, whether somebody came or not.
days AS (
    SELECT by_day.experiment_key, by_day.day, min(by_day.metric_name) AS metric_name
    FROM by_day
    INNER JOIN moments ON moments.experiment_key = by_day.experiment_key
    GROUP BY by_day.experiment_key, by_day.day
),

running AS (
    SELECT
        arms.*,
        days.day,
        days.metric_name,
        sum(coalesce(by_day.people, 0)) OVER (PARTITION BY arms.variant_key ORDER BY days.day ROWS UNBOUNDED PRECEDING) AS people,
        sum(coalesce(by_day.total, 0)) OVER (PARTITION BY arms.variant_key ORDER BY days.day ROWS UNBOUNDED PRECEDING) AS total,
        sum(coalesce(by_day.squares, 0)) OVER (PARTITION BY arms.variant_key ORDER BY days.day ROWS UNBOUNDED PRECEDING) AS squares
    FROM arms
    INNER JOIN days ON days.experiment_key = arms.experiment_key
    LEFT JOIN by_day ON by_day.variant_key = arms.variant_key AND by_day.day = days.day
),

means AS (
    SELECT
        running.*,
        total / nullif(people, 0) AS mean,
        CASE WHEN people > 1 THEN greatest(squares - total * total / people, 0) / (people - 1) END AS variance
    FROM running
),

beside_control AS (
    SELECT
        means.*,
        max(CASE WHEN is_control THEN people END) OVER (PARTITION BY experiment_key, day) AS control_people,
        max(CASE WHEN is_control THEN mean END) OVER (PARTITION BY experiment_key, day) AS control_mean,
        max(CASE WHEN is_control THEN variance END) OVER (PARTITION BY experiment_key, day) AS control_variance,
        -2 * ln(1 - $level) AS doubt
    FROM means
),

differences AS (
    SELECT
        beside_control.*,
        mean - control_mean AS difference,
        CASE
            WHEN people >= $minimum_people AND control_people >= $minimum_people
                THEN nullif(sqrt(variance / people + control_variance / control_people), 0)
        END AS standard_error,
        CAST(people + control_people AS DOUBLE) AS n,
        (doubt + ln(doubt + 1)) / $tuning_people AS rho_squared
    FROM beside_control
    WHERE NOT is_control
),

sequences AS (
    SELECT
        differences.*,
        standard_error * sqrt(2 * (n * rho_squared + 1) / (n * rho_squared) * (ln(n * rho_squared + 1) / 2 - ln(1 - $level))) AS reach,
        CASE
            WHEN standard_error > 0
                THEN
                    least(
                        exp(
                            ln(n * rho_squared + 1) / 2
                            - difference * difference / (standard_error * standard_error) * n * rho_squared / (2 * (n * rho_squared + 1))
                        ),
                        1
                    )
        END AS p_of_day
    FROM differences
),

looked AS (
    SELECT
        sequences.*,
        min(p_of_day) OVER (PARTITION BY variant_key ORDER BY day ROWS UNBOUNDED PRECEDING) AS p_always,
        min(p_of_day) OVER (PARTITION BY variant_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS p_before
    FROM sequences
)

SELECT
    experiment_id,
    looked.experiment,
    variant,
    day,
    metric_name AS metric,
    CAST(people AS BIGINT) AS people,
    CAST(control_people AS BIGINT) AS control_people,
    mean,
    control_mean,
    difference,
    difference - reach AS difference_low,
    difference + reach AS difference_high,
    difference - stats.normal_quantile(0.5 + $level / 2) * standard_error AS fixed_low,
    difference + stats.normal_quantile(0.5 + $level / 2) * standard_error AS fixed_high,
    p_always,
    CASE WHEN p_always IS NULL THEN 'wait' WHEN p_always <= 1 - $level THEN 'stop' ELSE 'go on' END AS decision,
    coalesce(p_always <= 1 - $level AND coalesce(p_before, 1) > 1 - $level, false) AS is_first_stop
FROM looked
ORDER BY experiment_id, variant, day
