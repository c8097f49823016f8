/*
question = "Do our intervals hold what the experiments really did?"
doc = """
The lift of each experiment's primary metric, from the first exposure to the last day, against the planted truth (truth.experiment): whether the interval holds it, and whether the verdict is right. The planted truth is what the arm would have done to the \
people who were there, so that an interval of 95 % should hold it in 95 % of the experiments; docs/experiments.md shows that it does over a thousand. Only for a synthetic company; elsewhere no rows."""
misleads = "With two dozen experiments, one interval that misses its truth is what to expect, and none or three are no news either."
grain = ["experiment_id", "variant"]
headline = ["experiment", "kind", "true_lift", "lift", "lift_low", "lift_high", "is_held", "verdict"]
needs = ["star.fact_exposure", "truth.experiment"]

[chart]
kind = "interval"
x = "experiment"
y = "lift"
low = "lift_low"
high = "lift_high"

[finding]
text = "{held:count} of {experiments:count} intervals hold the true lift."
sql = "SELECT count(*) FILTER (WHERE is_held) AS held, count(*) AS experiments FROM answer WHERE is_held IS NOT NULL HAVING count(*) >= 5"

[params]
window_hours = { type = "float", min = 0, max = 87600, default = 0, doc = "Elapsed hours after a person's first exposure within which what they do counts. 0: until the experiment's last day, as the truth counts." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
kind = "What the experiment is an example of, as truth.experiment says."
metric = "What is measured of each person: the primary metric."
people = "People in the arm."
true_lift = "The lift that the arm really has on these people's metric."
lift = "The lift measured."
lift_low = "Lower end of its interval."
lift_high = "Upper end."
is_held = "Whether the interval holds true_lift. NULL where there is no interval."
verdict = "As in experiment/results."
true_verdict = "broken where people were not split as planned, else winner, loser or no evidence by the sign of the planted lift."
is_right = "Whether both are the same. no evidence where something was planted means that the experiment was too small, not that the test is wrong."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ people.splits() }},

truths AS (
    SELECT planted.experiment_key, planted.variant_key, planted.metric AS metric_name, planted.relative_lift, planted.planted_lift, planted.kind, planted.campaign_type
    FROM truth.experiment AS planted
),

{{ values.measured(campaign_type="coalesce($campaign_type, (SELECT max(truths.campaign_type) FROM truths WHERE truths.experiment_key = assigned.experiment_key))") }},

{{ tests.sums() }},

{{ tests.compared() }},

{{ tests.adjusted("variant_key") }},

judged AS (
    SELECT
        adjusted.*,
        truths.kind,
        truths.relative_lift AS true_lift,
        CASE
            WHEN splits.split_p < 0.001 OR splits.several_share > 0.01 THEN 'broken'
            WHEN adjusted.p_holm < 1 - $level
                THEN CASE WHEN (adjusted.difference > 0) = (adjusted.metric_name <> 'bounce') THEN 'winner' ELSE 'loser' END
            ELSE 'no evidence'
        END AS verdict,
        CASE
            WHEN truths.kind IN ('broken split', 'both arms') THEN 'broken'
            WHEN truths.planted_lift = 0 THEN 'no evidence'
            WHEN (truths.planted_lift > 0) = (adjusted.metric_name <> 'bounce') THEN 'winner'
            ELSE 'loser'
        END AS true_verdict
    FROM adjusted
    INNER JOIN truths
        ON truths.experiment_key = adjusted.experiment_key AND truths.variant_key = adjusted.variant_key AND truths.metric_name = adjusted.metric_name
    LEFT JOIN splits ON splits.experiment_key = adjusted.experiment_key
    WHERE NOT adjusted.is_control AND adjusted.people > 0
)

SELECT
    experiment_id,
    judged.experiment,
    variant,
    kind,
    metric_name AS metric,
    people,
    true_lift,
    lift,
    lift_low,
    lift_high,
    true_lift BETWEEN lift_low AND lift_high AS is_held,
    verdict,
    true_verdict,
    verdict = true_verdict AS is_right
FROM judged
ORDER BY experiment_id, variant
