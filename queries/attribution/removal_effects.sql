/*
question = "How many orders would be lost without a channel?"
doc = """
What the Markov model thinks would happen if everybody who comes to a channel went no further: the share of orders, and of revenue, \
that pass through it. Exact, not simulated: the same to nine digits in every run. The credit of the model markov in \
attribution/channels is this, divided by the sum over all channels. Removal is not what happens when money is taken \
away: people who would have come through search anyway stop here too, so channels that many use on their way (direct, search) \
look indispensable. A step that follows itself changes nothing at markov_order 1."""
grain = ["step"]
headline = ["step", "removal_effect", "revenue_removal_effect", "conversion_share"]

[chart]
kind = "bar"
x = "step"
y = "removal_effect"

[finding]
text = "{removal_effect:percent} of the orders pass through {step}, more than through any other, as the Markov model has it."
sql = """
WITH ranked AS (
    SELECT
        step,
        removal_effect,
        row_number() OVER (ORDER BY removal_effect DESC NULLS LAST) AS place,
        lead(removal_effect) OVER (ORDER BY removal_effect DESC NULLS LAST) AS next_effect
    FROM answer
)
SELECT step, removal_effect
FROM ranked
WHERE place = 1 AND removal_effect > next_effect + 1e-9"""

[columns]
step = "Channel or campaign."
removal_effect = "Share of orders that pass through it, 0 to 1. Without an order that had a touch there are no rows."
revenue_removal_effect = "Share of revenue that passes through it, 0 to 1, an order's revenue being the mean of those that end with the same state; outside of 0 to 1 where some revenue is below zero. NULL without revenue."
conversion_share = "removal_effect, divided by the sum over all steps."
revenue_share = "revenue_removal_effect, divided by the sum over all steps."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/journeys/paths.sql" as counted %}
{% import "_shared/models/markov.sql" as markov %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH RECURSIVE {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths="true") }},

{{ counted.journeys() }},

{{ counted.paths(path_transform) }},

{{ markov.removal_effects() }}

SELECT
    step,
    effect AS removal_effect,
    revenue_effect AS revenue_removal_effect,
    main.ratio(effect, sum(main.fixed_point(effect)) OVER ()) AS conversion_share,
    main.ratio(revenue_effect, sum(main.fixed_point(revenue_effect)) OVER ()) AS revenue_share
FROM removal_effects
ORDER BY removal_effect DESC NULLS LAST, step
