/*
question = "How likely is each arm to be better, and what is at stake if it is not?"
doc = """
Bayesian answer by the normal distribution: the lift seen, with its standard error by the delta method, against a prior belief that lifts lie around prior_mean with a standard deviation of prior_spread. Out \
come the chance that the arm is better than the control, and the loss to expect of either choice. A wide prior (1 and more) leaves the data alone; 0.1 says that most changes do little, and pulls a lucky result \
of a small experiment back. Needs what experiment/results needs."""
misleads = "A chance to win of 95 % is no p-value of 5 %, and the same look-and-stop makes it too sure of itself unless the prior is what lifts really are. With few successes the normal distribution is too tidy."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "lift", "chance_to_win", "expected_loss", "expected_loss_of_control"]
needs = ["star.fact_exposure"]

[chart]
kind = "bar"
x = "experiment"
y = "chance_to_win"
series = "variant"

[finding]
text = "{variant} of {experiment} is better than the control with a chance of {chance_to_win:percent}; taking it, the loss to expect is {expected_loss:percent} of the metric."
sql = "SELECT variant, experiment, chance_to_win, expected_loss FROM answer WHERE chance_to_win > 0.95 AND people >= 100 ORDER BY chance_to_win DESC, experiment_id, variant LIMIT 1"

[params]
prior_mean = { type = "float", min = -1, max = 10, default = 0, doc = "The lift expected before the experiment." }
prior_spread = { type = "float", min = 0.0001, max = 1000, default = 0.3, doc = "Standard deviation of lifts as believed before." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm, never the control."
metric = "What is measured of each person."
people = "People in the arm."
lift = "The lift seen. NULL where the control's mean is not above 0, and then nothing is known. What follows is NULL then, and where nothing varies."
standard_error = "Its standard error, by the delta method."
posterior_lift = "The lift to believe, between prior and data."
posterior_low = "Lower end of the interval that holds it with the chance of level."
posterior_high = "Upper end."
chance_to_win = "Chance that the arm is better than the control: more of the metric, or fewer bounces."
expected_loss = "What is lost of the metric, in lift, by taking the arm, on average over all that may be true."
expected_loss_of_control = "What is lost by staying with the control."
*/
{% import "experiment/_people.sql" as people %}
{% import "experiment/_measured.sql" as values %}
{% import "experiment/_compared.sql" as tests %}
WITH {{ people.arms() }},

{{ people.assigned() }},


{{ values.measured() }},

{{ tests.sums() }},

{{ tests.compared() }},

seen AS (
    SELECT
        compared.*,
        nullif(
            CASE
                WHEN control_mean > 0
                    THEN sqrt(variance / people / (control_mean * control_mean) + power(mean, 2) * control_variance / control_people / power(control_mean, 4))
            END,
            0
        ) AS lift_error
    FROM compared
    WHERE NOT is_control AND people > 0
),

posteriors AS (
    SELECT
        seen.*,
        (lift / (lift_error * lift_error) + $prior_mean / ($prior_spread * $prior_spread))
        / (1 / (lift_error * lift_error) + 1 / ($prior_spread * $prior_spread)) AS posterior_lift,
        sqrt(1 / (1 / (lift_error * lift_error) + 1 / ($prior_spread * $prior_spread))) AS posterior_spread,
        CASE WHEN metric_name = 'bounce' THEN -1 ELSE 1 END AS better
    FROM seen
),

standardised AS (
    SELECT
        posteriors.*,
        better * posterior_lift / posterior_spread AS win_score,
        posterior_spread * exp(-power(posterior_lift / posterior_spread, 2) / 2) / sqrt(2 * pi()) AS at_border
    FROM posteriors
)

SELECT
    experiment_id,
    standardised.experiment,
    variant,
    metric_name AS metric,
    people,
    lift,
    lift_error AS standard_error,
    posterior_lift,
    posterior_lift - z * posterior_spread AS posterior_low,
    posterior_lift + z * posterior_spread AS posterior_high,
    stats.normal_cdf(win_score) AS chance_to_win,
    CASE WHEN posterior_lift IS NOT NULL THEN greatest(at_border - better * posterior_lift * stats.normal_sf(win_score), 0) END AS expected_loss,
    CASE WHEN posterior_lift IS NOT NULL THEN greatest(at_border + better * posterior_lift * stats.normal_cdf(win_score), 0) END AS expected_loss_of_control
FROM standardised
ORDER BY experiment_id, variant
