/*
question = "Which experiments won?"
doc = """
Every experiment, arm by arm against its control: people, rate or mean, the difference and the relative lift with intervals, p-value, effect size, and what it comes to \
in words. Shares (conversion, visit, add_to_cart, checkout) are compared by the two-proportion z test, with Newcombe's interval for the difference; means by Welch's t. The lift's \
interval is the delta method's, on the logarithm of the ratio. People who met several arms are left out (see experiment/srm). Needs exposures \
(star.fact_exposure), and what the metric is made of: orders, visits, mails, or outcomes that a source told (star.fact_experiment_outcome)."""
misleads = "The p-value holds for one look at the end: who looks daily and stops at the first good day needs experiment/sequential. Of many experiments without any effect one in twenty wins or loses by chance. A broken experiment's figures say nothing, however clear they look."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "people", "mean", "lift", "lift_low", "lift_high", "verdict"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "variant"
y = "lift"
low = "lift_low"
high = "lift_high"
series = "experiment"

[finding]
text = "{variant} of {experiment} is a winner: {lift:percent} more {metric} than the control ({lift_low:percent} to {lift_high:percent})."
sql = "SELECT variant, experiment, metric, lift, lift_low, lift_high FROM answer WHERE verdict = 'winner' AND people >= 100 AND lift_low > 0 ORDER BY lift_low DESC, experiment_id, variant LIMIT 1"

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm."
is_control = "Whether the others are compared with this arm."
metric = "What is measured of each person. NULL for an arm without anybody."
people = "People who met this arm and no other."
total = "Sum of the metric: successes, orders, or money in the warehouse's currency."
mean = "total / people: for shares the rate."
spread = "Standard deviation of the metric between people."
difference = "mean less the control's."
difference_low = "Lower end of its interval. NULL where a mean's values are all the same in both arms, for then nothing is known of their spread."
difference_high = "Upper end."
lift = "mean / the control's, less 1. NULL where the control's is not above 0."
lift_low = "Lower end of its interval. NULL where one of the means is not above 0, or as difference_low."
lift_high = "Upper end."
p_value = "Two-sided p-value of no difference."
p_holm = "The same, adjusted for the number of arms of the experiment (Holm)."
effect_size = "Cohen's h for shares, d for means: 0.2 is small, 0.5 medium, 0.8 large."
verdict = "control; broken: sample ratio mismatch (p below 0.001) or more than 1 % of the people in several arms; winner or loser: p_holm below 1 - level, in the direction that is better (fewer bounces); no evidence: neither."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},

{{ people.splits() }},

{{ values.measured() }},

{{ tests.sums() }},

{{ tests.compared() }},

{{ tests.adjusted("variant_key") }}

SELECT
    adjusted.experiment_id,
    adjusted.experiment,
    adjusted.variant,
    adjusted.is_control,
    adjusted.metric_name AS metric,
    adjusted.people,
    adjusted.total,
    adjusted.mean,
    sqrt(adjusted.variance) AS spread,
    CASE WHEN NOT adjusted.is_control THEN adjusted.difference END AS difference,
    adjusted.difference_low,
    adjusted.difference_high,
    CASE WHEN NOT adjusted.is_control THEN adjusted.lift END AS lift,
    adjusted.lift_low,
    adjusted.lift_high,
    adjusted.p_value,
    adjusted.p_holm,
    adjusted.effect_size,
    CASE
        WHEN adjusted.is_control THEN 'control'
        WHEN splits.split_p < 0.001 OR splits.several_share > 0.01 THEN 'broken'
        WHEN adjusted.p_holm < 1 - $level
            THEN CASE WHEN (adjusted.difference > 0) = (adjusted.metric_name <> 'bounce') THEN 'winner' ELSE 'loser' END
        ELSE 'no evidence'
    END AS verdict
FROM adjusted
LEFT JOIN splits ON splits.experiment_key = adjusted.experiment_key
ORDER BY adjusted.experiment_id, adjusted.is_control DESC, adjusted.variant
