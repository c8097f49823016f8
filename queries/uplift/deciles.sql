/*
question = "Do the people whom the model puts first really answer more to a contact?"
doc = """
The test rows of the trial in tenths by the uplift that the model gave them, the highest first: how many were treated and how many left alone, how many of each bought within the horizon, and the difference, with Newcombe's 95 % interval (1998). \
Those left alone weigh as the mailings of those treated do. A good model has uplift that falls from tenth to tenth, and predictions within the intervals. expected_uplift is the prediction, shrunk by what other people bore out."""
misleads = "A tenth of those held out is few people: look at the intervals before the order of the tenths. Ten intervals of 95 % miss one together in two tests of five."
grain = ["tenth"]
headline = ["tenth", "treated", "control", "treated_rate", "control_rate", "uplift", "uplift_low", "uplift_high", "expected_uplift", "verdict"]
needs = ["model.uplift_test"]

[chart]
kind = "interval"
x = "tenth"
y = "uplift"
low = "uplift_low"
high = "uplift_high"
reference = 0

[finding]
text = "In the tenth that the model puts first a contact moved {uplift:percent} to buy ({uplift_low:percent} to {uplift_high:percent}); it had expected {expected_uplift:percent}."
sql = "SELECT uplift, uplift_low, uplift_high, expected_uplift FROM answer WHERE tenth = 1 AND uplift_low > 0"

[columns]
tenth = "Number of the tenth, 1 has the highest scores. People of equal scores are parted at random."
people = "Assignments in it, each person as often as they were assigned."
treated = "Of these, treated."
control = "Of these, left alone."
treated_buyers = "Of those treated, how many bought."
control_buyers = "Of those left alone, how many bought."
treated_rate = "treated_buyers / treated."
control_rate = "Share of those left alone who bought, each weighing treated / control of the mailing."
uplift = "treated_rate - control_rate. NULL where an arm is empty."
uplift_low = "Lower end of its interval."
uplift_high = "Upper end."
predicted_uplift = "Mean score: what the model said, in both arms."
expected_uplift = "The same, shrunk: effect + shrink * (predicted_uplift - centre), as in model.study."
gained_buyers = "Buyers of those treated less those left alone by weight: the tenths add up to what the whole trial gained."
verdict = "adds, where the interval lies above 0; takes away, where below; not known, where it holds 0 or an arm is empty."
*/
{% from "uplift/_fit.sql" import chosen %}
{% from "uplift/_list.sql" import tested %}
{% from "uplift/_tenths.sql" import tenths %}
WITH {{ chosen() }},

{{ tested() }},

{{ tenths() }}

SELECT
    tenths.tenth,
    tenths.people,
    tenths.treated,
    tenths.control,
    tenths.treated_buyers,
    tenths.control_buyers,
    tenths.treated_rate,
    tenths.control_rate,
    tenths.uplift,
    tenths.uplift_low,
    tenths.uplift_high,
    tenths.score AS predicted_uplift,
    chosen.effect + chosen.shrink * (tenths.score - chosen.centre) AS expected_uplift,
    tenths.gained_buyers,
    CASE
        WHEN tenths.uplift_low > 0 THEN 'adds'
        WHEN tenths.uplift_high < 0 THEN 'takes away'
        ELSE 'not known'
    END AS verdict
FROM tenths
CROSS JOIN chosen
WHERE tenths.tenth > 0
ORDER BY tenths.tenth
