/*
question = "After how long are customers most likely to leave, or to order again?"
doc = """
A life table of retention/survival in steps of step_days: of the customers still at risk when a step begins, how many had the event within it. Those who were \
last seen in the step count half (Cutler and Ederer 1958). Where hazard is high is the time to act: for second_order, the weeks in which \
people come back by themselves; for churn, the ages at which they fall silent for inactive_days, dated at the end of the silence. \
Customers who ordered before the data begin are left out."""
misleads = "Late steps rest on few customers. Churn cannot come before inactive_days: the step that holds it gets all who bought once."
grain = ["breakdown_value", "from_days"]
headline = ["breakdown_value", "from_days", "until_days", "at_risk", "events", "hazard"]
needs = ["star.fact_order"]

[params]
step_days = { type = "int", min = 1, max = 3650, default = 30, doc = "Length of a step in days." }

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the property is not known."
from_days = "Whole days since the first order with which the step begins, inclusive."
until_days = "Days with which it ends, exclusive."
at_risk = "Customers still watched, and without the event, when the step begins."
events = "Of these, customers to whom it happened within the step."
censored = "Of these, customers who were last seen within the step."
hazard = "events / (at_risk - censored / 2): the chance of the event within the step, for who gets so far."
hazard_low = "Lower end of Wilson's 95 % interval of it."
hazard_high = "Upper end of the interval."

[chart]
kind = "line"
x = "from_days"
y = "hazard"
series = "breakdown_value"
low = "hazard_low"
high = "hazard_high"

[finding]
text = "{breakdown_value}: the event is likeliest between day {from_days:count} and day {until_days:count} after the first order, with {hazard:percent} of those who get so far."
sql = """
SELECT from_days, until_days, breakdown_value, hazard
FROM answer
WHERE at_risk >= 30 AND hazard > 0
ORDER BY hazard DESC, from_days, breakdown_value LIMIT 1"""
*/
{% import "retention/_durations.sql" as lives %}
WITH {{ lives.durations() }},

stepped AS (
    SELECT breakdown_value, days // $step_days AS step, leaving, events
    FROM departures
),

steps_left AS (
    SELECT breakdown_value, step, sum(leaving) AS leaving, sum(events) AS events
    FROM stepped
    GROUP BY breakdown_value, step
),

-- Who leaves in a step was at risk in all steps before it. The bound is for an as_of that lies centuries ahead.
passed AS (
    SELECT breakdown_value, step AS last_step, leaving, events, unnest(range(0, least(step, 3650) + 1)) AS step
    FROM steps_left
),

life_table AS (
    SELECT
        breakdown_value,
        step,
        sum(leaving) AS at_risk,
        sum(CASE WHEN last_step = step THEN events ELSE 0 END) AS events,
        sum(CASE WHEN last_step = step THEN leaving - events ELSE 0 END) AS censored
    FROM passed
    GROUP BY breakdown_value, step
),

hazards AS (
    SELECT
        life_table.*,
        CAST(at_risk AS DOUBLE) - CAST(censored AS DOUBLE) / 2 AS exposed,
        main.ratio(events, CAST(at_risk AS DOUBLE) - CAST(censored AS DOUBLE) / 2) AS hazard
    FROM life_table
)

SELECT
    breakdown_value,
    CAST(step * $step_days AS BIGINT) AS from_days,
    CAST((step + 1) * $step_days AS BIGINT) AS until_days,
    CAST(at_risk AS BIGINT) AS at_risk,
    CAST(events AS BIGINT) AS events,
    CAST(censored AS BIGINT) AS censored,
    hazard,
    greatest(stats.wilson_low(hazard, exposed, stats.z_95()), 0) AS hazard_low,
    stats.wilson_high(hazard, exposed, stats.z_95()) AS hazard_high
FROM hazards
ORDER BY breakdown_value, from_days
