/*
question = "What do experiments say once the difference that was there before is taken out?"
doc = """
CUPED (Deng and others 2013): the metric of the days before each person's first exposure explains a part of the metric after it, which is no effect of the arm, and is taken out: value - theta x (value \
before - its mean), theta from all arms together. Intervals become narrower by what the two correlate. What was before is the same metric in the pre_days days, or value_before that a source told; people of \
whom it is not known are left out. Needs what experiment/results needs, and a time before the experiment."""
misleads = "Nothing is gained where people are new: of a first visit there is nothing before. A measure that the arm itself can have changed must not be taken for value_before."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "difference", "adjusted_difference", "adjusted_low", "adjusted_high", "variance_reduction"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "variant"
y = "adjusted_difference"
low = "adjusted_low"
high = "adjusted_high"
series = "experiment"

[finding]
text = "What was before explains {variance_reduction:percent} of the variance in {experiment}: {variant} differs from the control by {adjusted_difference:number} ({adjusted_low:number} to {adjusted_high:number})."
sql = "SELECT experiment, variant, variance_reduction, adjusted_difference, adjusted_low, adjusted_high FROM answer WHERE NOT is_control AND people >= 100 AND variance_reduction > 0.01 AND (adjusted_low > 0 OR adjusted_high < 0) ORDER BY variance_reduction DESC, experiment_id, variant LIMIT 1"

[params]
pre_days = { type = "float", min = 0.01, max = 400, default = 14, doc = "Elapsed days before a person's first exposure that count as before." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm."
is_control = "Whether the others are compared with this arm."
metric = "What is measured of each person."
people = "People in the arm of whom it is known what was before."
mean = "Mean of the metric."
mean_before = "Mean of what was before."
theta = "What one unit before goes with after, from all arms of the experiment. 0 where nothing varies before."
correlation = "Correlation of before and after over all arms. NULL where one of them does not vary."
adjusted_mean = "mean - theta x (mean_before - that of all arms)."
difference = "mean less the control's."
adjusted_difference = "adjusted_mean less the control's."
adjusted_low = "Lower end of its interval, by Welch's t."
adjusted_high = "Upper end."
p_value = "Two-sided p-value of no adjusted difference."
variance_reduction = "How much smaller the variance of the difference is than without: 0.3 is like 43 % more people."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured("$pre_days") }},

sums AS (
    SELECT
        experiment_key,
        variant_key,
        min(metric_name) AS metric_name,
        count(*) AS people,
        CAST(sum(value) AS DOUBLE) / 1000000 AS y,
        CAST(sum(value_before) AS DOUBLE) / 1000000 AS x,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value) AS DOUBLE) / 1000000000000 AS yy,
        CAST(sum(CAST(value_before AS DECIMAL(38, 0)) * value_before) AS DOUBLE) / 1000000000000 AS xx,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value_before) AS DOUBLE) / 1000000000000 AS xy
    FROM measured
    WHERE value_before IS NOT NULL
    GROUP BY experiment_key, variant_key
),

-- Sums about the arm's own means; what is left where all values are the same is rounding.
centred AS (
    SELECT
        sums.*,
        CASE WHEN yy - y * y / people > yy * 1e-13 THEN yy - y * y / people ELSE 0 END AS cyy,
        CASE WHEN xx - x * x / people > xx * 1e-13 THEN xx - x * x / people ELSE 0 END AS cxx,
        xy - x * y / people AS cxy
    FROM sums
),

pooled AS (
    SELECT
        centred.*,
        coalesce(sum(cxy) OVER (PARTITION BY experiment_key) / nullif(sum(cxx) OVER (PARTITION BY experiment_key), 0), 0) AS theta,
        sum(cxy) OVER (PARTITION BY experiment_key)
        / nullif(sqrt(sum(cxx) OVER (PARTITION BY experiment_key) * sum(cyy) OVER (PARTITION BY experiment_key)), 0) AS correlation,
        sum(x) OVER (PARTITION BY experiment_key) / sum(people) OVER (PARTITION BY experiment_key) AS x_of_all
    FROM centred
),

adjusted AS (
    SELECT
        arms.*,
        pooled.metric_name,
        pooled.people,
        pooled.y / pooled.people AS mean,
        pooled.x / pooled.people AS mean_before,
        pooled.theta,
        pooled.correlation,
        pooled.y / pooled.people - pooled.theta * (pooled.x / pooled.people - pooled.x_of_all) AS adjusted_mean,
        CASE WHEN pooled.people > 1 THEN pooled.cyy / (pooled.people - 1) END AS plain_variance,
        CASE
            WHEN pooled.people > 1
                THEN greatest(pooled.cyy - 2 * pooled.theta * pooled.cxy + pooled.theta * pooled.theta * pooled.cxx, 0) / (pooled.people - 1)
        END AS variance
    FROM arms
    INNER JOIN pooled ON pooled.experiment_key = arms.experiment_key AND pooled.variant_key = arms.variant_key
),

beside_control AS (
    SELECT
        adjusted.*,
        {% for name in ("people", "mean", "adjusted_mean", "plain_variance", "variance") %}
        max(CASE WHEN is_control THEN {{ name }} END) OVER (PARTITION BY experiment_key) AS control_{{ name }}{{ "," if not loop.last else "" }}
        {% endfor %}
    FROM adjusted
),

scores AS (
    SELECT
        beside_control.*,
        adjusted_mean - control_adjusted_mean AS adjusted_difference,
        sqrt(variance / people + control_variance / control_people) AS standard_error,
        CASE WHEN NOT is_control AND variance + control_variance > 0 THEN stats.welch_degrees(people, variance, control_people, control_variance) END AS degrees,
        1 - (variance / people + control_variance / control_people) / nullif(plain_variance / people + control_plain_variance / control_people, 0)
            AS variance_reduction
    FROM beside_control
),

reaches AS (
    SELECT
        scores.*,
        adjusted_difference / nullif(standard_error, 0) AS t_value,
        stats.student_t_quantile(0.5 + $level / 2, degrees) AS reach
    FROM scores
)

SELECT
    experiment_id,
    reaches.experiment,
    variant,
    is_control,
    metric_name AS metric,
    people,
    mean,
    mean_before,
    theta,
    correlation,
    adjusted_mean,
    CASE WHEN NOT is_control THEN mean - control_mean END AS difference,
    CASE WHEN NOT is_control THEN adjusted_difference END AS adjusted_difference,
    adjusted_difference - reach * standard_error AS adjusted_low,
    adjusted_difference + reach * standard_error AS adjusted_high,
    stats.student_t_p(t_value, degrees) AS p_value,
    CASE WHEN NOT is_control THEN variance_reduction END AS variance_reduction
FROM reaches
ORDER BY experiment_id, is_control DESC, variant
