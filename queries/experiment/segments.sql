/*
question = "For whom does the arm work?"
doc = """
The effect in each part of the customers, by a trait of mart.customer_profile: rate or mean beside the control's, lift with interval, p-value as it is and adjusted for the number of parts and arms of the experiment, by Holm (no false \
finding with 95 %) and by Benjamini and Hochberg (one false in twenty findings). heterogeneity_p tests whether the parts differ at all (Cochran's Q): where it is not small, the parts' differences are chance, and the \
experiment has one effect. Needs what experiment/results needs; browsers that are no known customer's are a part of their own."""
misleads = "Who looks into many parts finds one that shines: believe p_holm, and heterogeneity_p first. Traits that the arm itself can change, such as the top category, must not be taken. Traits are those of now."
grain = ["experiment_id", "variant", "part"]
headline = ["experiment", "variant", "part", "people", "lift", "p_holm", "heterogeneity_p"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "part"
y = "lift"
low = "lift_low"
high = "lift_high"
series = "variant"

[finding]
text = "{variant} of {experiment} does not work alike for all: {part} has a lift of {lift:percent} ({lift_low:percent} to {lift_high:percent})."
sql = "SELECT variant, experiment, part, lift, lift_low, lift_high FROM answer WHERE p_holm < 0.05 AND heterogeneity_p < 0.05 AND people >= 100 AND lift_low IS NOT NULL ORDER BY p_holm, experiment_id, variant, part LIMIT 1"

[params]
by = { type = "choice", of = ["age_range", "gender", "income_range", "education", "family", "country", "loyalty_tier", "acquisition_channel"], default = "age_range", doc = "The trait, a column of mart.customer_profile." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
part = "Value of the trait; (unknown) where it is not known, (no customer) for browsers that are no known customer's."
metric = "What is measured of each person."
people = "People of the arm in this part."
control_people = "People of the control in this part."
mean = "Rate or mean of the arm."
control_mean = "Rate or mean of the control."
difference = "mean - control_mean."
difference_low = "Lower end of its interval."
difference_high = "Upper end."
lift = "mean / control_mean - 1. NULL where control_mean is 0."
lift_low = "Lower end of its interval."
lift_high = "Upper end."
p_value = "Two-sided p-value of no difference, of this part alone."
p_holm = "Adjusted for all parts and arms of the experiment, by Holm."
p_bh = "Adjusted by Benjamini and Hochberg."
heterogeneity_p = "p-value of Cochran's Q: whether the differences of the arm's parts vary beyond chance, the same in each row of an arm. NULL with less than two parts."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

parts_of_people AS (
    SELECT
        measured.*,
        CASE
            WHEN measured.person < 0 THEN '(no customer)'
            ELSE coalesce(
                CASE $by
                    {% for trait in ("age_range", "gender", "income_range", "education", "family", "country", "loyalty_tier", "acquisition_channel") %}
                    WHEN '{{ trait }}' THEN profile.{{ trait }}
                    {% endfor %}
                END,
                '(unknown)'
            )
        END AS part
    FROM measured
    LEFT JOIN mart.customer_profile AS profile ON profile.customer_key = measured.person
),

{{ tests.sums("part", "parts_of_people") }},

{{ tests.compared("part") }},

{{ tests.adjusted("variant_key, part") }},

weights AS (
    SELECT
        adjusted.*,
        CASE WHEN p_value IS NOT NULL AND standard_error > 0 THEN 1 / (standard_error * standard_error) END AS weight
    FROM adjusted
    WHERE NOT is_control
),

-- Added up in one order, for floating numbers give other last digits in another.
spread_of_parts AS (
    SELECT
        weights.*,
        count(weight) OVER (PARTITION BY variant_key ORDER BY part ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) - 1 AS q_degrees,
        sum(weight * difference * difference) OVER (PARTITION BY variant_key ORDER BY part ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        - power(sum(weight * difference) OVER (PARTITION BY variant_key ORDER BY part ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 2) / sum(weight) OVER (PARTITION BY variant_key ORDER BY part ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS q
    FROM weights
)

SELECT
    experiment_id,
    spread_of_parts.experiment,
    variant,
    part,
    metric_name AS metric,
    people,
    control_people,
    mean,
    control_mean,
    difference,
    difference_low,
    difference_high,
    lift,
    lift_low,
    lift_high,
    p_value,
    p_holm,
    p_bh,
    CASE WHEN q_degrees > 0 THEN stats.chi_square_sf(greatest(q, 0), q_degrees) END AS heterogeneity_p
FROM spread_of_parts
ORDER BY experiment_id, variant, part
