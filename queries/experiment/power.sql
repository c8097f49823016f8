/*
question = "Were the experiments large enough, and how long until they are?"
doc = """
For each arm: the people needed to find a lift of target_lift over the control with the power asked for, the smallest lift that the people at hand can find, the power that they have for \
target_lift, and the days left at the pace so far. By the normal distribution, two-sided, with the control's spread in both arms and the split as it is. The effect seen plays no part: power for \
the effect seen is the p-value in other words. Needs what experiment/results needs."""
misleads = "days_left is at the experiment's pace so far, of new people a day; the same people come back after some weeks, so that the pace falls."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "people", "people_needed", "smallest_lift", "power_reached", "days_left"]
needs = ["star.fact_exposure"]

[chart]
kind = "bar"
x = "experiment"
y = "power_reached"
series = "variant"

[finding]
text = "{experiment} has a power of {power_reached:percent} to find the lift asked for: {people_needed:count} people in {variant} are needed, {people:count} are there."
sql = "SELECT experiment, variant, power_reached, people_needed, people FROM answer WHERE power_reached < 0.5 AND people >= 10 ORDER BY power_reached, experiment_id, variant LIMIT 1"

[params]
target_lift = { type = "float", min = 0.0001, max = 100, default = 0.1, doc = "The lift worth finding: 0.1 for ten percent more than the control." }
power = { type = "float", min = 0.5, max = 0.9999, default = 0.8, doc = "Chance with which it is to be found." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
metric = "What is measured of each person."
people = "People in the arm."
control_people = "People in the control."
control_mean = "The control's rate or mean."
control_spread = "The control's standard deviation between people."
people_needed = "People needed in this arm, the control in proportion. NULL where the control's mean is 0 or nothing varies in it."
smallest_difference = "Smallest difference that the people at hand find with the power asked for (MDE). NULL where nothing varies in the control."
smallest_lift = "The same over control_mean. NULL where that is 0 too."
power_reached = "Chance with which the people at hand find target_lift."
people_a_day = "New people in this arm per day of the experiment so far. NULL where all exposures of the experiment have one moment, such as that of loading a file without moments: then its days are not known."
days_left = "Days until people_needed are there at this pace: 0 where they are. NULL where people_needed or people_a_day is."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

{{ tests.sums() }},

{{ tests.compared() }},

paces AS (
    SELECT
        experiment_key,
        variant_key,
        -- Days of the arm, if its experiment has any.
        CASE
            WHEN min(min(exposed_at)) OVER (PARTITION BY experiment_key) < max(max(exposed_at)) OVER (PARTITION BY experiment_key)
                THEN greatest(main.elapsed_days(min(exposed_at), max(exposed_at)), 1)
        END AS days
    FROM assigned
    GROUP BY experiment_key, variant_key
),

sized AS (
    SELECT
        compared.*,
        paces.days,
        sqrt(control_variance) AS control_spread,
        stats.normal_quantile($power) AS power_z,
        -- The variance of the difference, times the people of the arm.
        nullif(control_variance, 0) * (1 + people / nullif(CAST(control_people AS DOUBLE), 0)) AS unit_variance,
        abs(control_mean) * $target_lift AS target
    FROM compared
    LEFT JOIN paces ON paces.experiment_key = compared.experiment_key AND paces.variant_key = compared.variant_key
    WHERE NOT compared.is_control AND compared.people > 0
),

needs AS (
    SELECT sized.*, CAST(ceil(power(z + power_z, 2) * unit_variance / nullif(target * target, 0)) AS BIGINT) AS people_needed
    FROM sized
    WHERE control_variance IS NOT NULL
)

SELECT
    experiment_id,
    needs.experiment,
    variant,
    metric_name AS metric,
    people,
    control_people,
    control_mean,
    control_spread,
    people_needed,
    (z + power_z) * sqrt(unit_variance / people) AS smallest_difference,
    (z + power_z) * sqrt(unit_variance / people) / nullif(abs(control_mean), 0) AS smallest_lift,
    CASE
        WHEN unit_variance > 0 AND target > 0
            THEN stats.normal_sf(z - target / sqrt(unit_variance / people)) + stats.normal_sf(z + target / sqrt(unit_variance / people))
    END AS power_reached,
    people / days AS people_a_day,
    CASE WHEN people_needed > people THEN people_needed - people WHEN people_needed IS NOT NULL THEN 0 END / nullif(people / days, 0) AS days_left
FROM needs
ORDER BY experiment_id, variant
