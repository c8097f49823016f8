/*
question = "How many orders would be lost without a channel?"
doc = """
What the Markov model thinks would happen if everybody who comes to a channel went no further: the share of orders, and of revenue, \
that pass through it. Exact, not simulated: the same to nine digits in every run. The credit of the model markov in \
attribution/channels is this, divided by the sum over all channels. Removal is not what happens when money is taken \
away: people who would have come through search anyway stop here too, so channels that many use on their way (direct, search) \
look indispensable. A step that follows itself changes nothing at markov_order 1."""
grain = ["step"]

[columns]
step = "Channel or campaign."
removal_effect = "Share of orders that pass through it, 0 to 1. NULL when there are no orders."
revenue_removal_effect = "Share of revenue that passes through it, 0 to 1, an order's revenue being the mean of those that end with the same state. NULL without revenue."
conversion_share = "removal_effect, divided by the sum over all steps."
revenue_share = "revenue_removal_effect, divided by the sum over all steps."
*/
{% from "attribution/_breakdown.sql" import dimension %}
{% set null_paths_when = "true" %}
{% set ages_when = "false" %}
{% set markov_when = "true" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_removal.sql" %}

SELECT
    label AS step,
    effect AS removal_effect,
    revenue_effect AS revenue_removal_effect,
    effect / nullif(sum(effect) OVER (ORDER BY label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS conversion_share,
    revenue_effect / nullif(sum(revenue_effect) OVER (ORDER BY label ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS revenue_share
FROM removal_effects
ORDER BY removal_effect DESC NULLS LAST, step
