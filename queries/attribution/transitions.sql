/*
question = "Where do people go from each channel?"
doc = """
The transition matrix of the Markov model: how often one step follows another, with (start) before the first, (conversion) after the \
last step before an order and (null) after the last step of a person who did not order. With markov_order 2 or 3 a state is the \
last two or three steps, shorter at the beginning of a path. The model takes what comes next to depend on the state alone, and \
people to be alike; attribution/removal_effects is computed from this table."""
grain = ["from_state", "to_state"]
headline = ["from_state", "to_state", "passages", "probability"]

[chart]
kind = "heat"
x = "to_state"
y = "from_state"
series = "probability"

[finding]
text = "An order follows most often after {from_state}: {rate:percent} of {passages:count} times."
sql = """
WITH states AS (
    SELECT
        from_state,
        sum(passages) AS passages,
        sum(CASE WHEN to_state = '(conversion)' THEN passages ELSE 0 END) / sum(passages) AS rate
    FROM answer
    WHERE from_state <> '(start)'
    GROUP BY from_state
    HAVING sum(passages) >= 50
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY rate DESC) AS place,
        lead(rate) OVER (ORDER BY rate DESC) AS next_rate
    FROM states
)
SELECT from_state, rate, passages
FROM ranked
WHERE place = 1 AND rate > next_rate"""

[columns]
from_state = "State before."
to_state = "State after."
passages = "Times that somebody went from the one to the other."
probability = "Passages, divided by all passages from the state before."
mean_revenue = "Mean net revenue of the orders that this passage ended in. NULL when it did not end in orders."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/journeys/paths.sql" as counted %}
{% import "_shared/models/transitions.sql" as chain %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths="true") }},

{{ counted.journeys() }},

{{ counted.paths(path_transform) }},

{{ chain.transitions() }}

SELECT
    from_state,
    to_state,
    CAST(passages AS BIGINT) AS passages,
    probability,
    CASE WHEN to_state = '(conversion)' THEN main.ratio(revenue_rate, probability) END AS mean_revenue
FROM transitions
ORDER BY CASE WHEN from_state = '(start)' THEN 0 ELSE 1 END, from_state, passages DESC, to_state
