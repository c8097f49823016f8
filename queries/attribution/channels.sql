/*
question = "Which channels bring in the orders, and are they worth their cost?"
doc = """
Orders, and their net revenue, credited to the channels of the touches before them, by one model or several side by side. \
Every order counts as it was placed, before refunds and cancellations, so that the rows of a model sum to star.fact_order in \
the range: the credited ones and (unattributed), the orders without an eligible touch. Touches may precede the range, orders \
may not. A model divides what happened among those who were near; it does not tell what a channel has caused: models that look \
at the last touch credit search and direct for demand that others made; linear rewards whoever shows up often; markov, shapley \
by rate and counterfactual compare those who order with those who don't, but people who are about to order also search more. \
A channel on no path that ended in an order can have credit by markov alone. \
Touches that nobody acted on (impressions, email opens) are left out unless asked for in touch_types. Spend is the whole ledger \
of the range, so a channel that is excluded, or that brought no order, keeps its own."""
grain = ["model", "channel"]

[columns]
model = "Model that gives the credit."
channel = "Channel of the touches; (unattributed) is always there, and last."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded: the rows of a model sum to the total to the cent."
influenced_conversions = "Orders with at least one eligible touch of the channel, each counted whole by every channel that touched it; the same for all models."
influenced_revenue = "Net revenue of these orders."
touches = "Touches on the paths of these orders, each counted once."
spend = "Spend of the range in star.fact_ad_spend."
cpa = "Spend per credited conversion. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'channel'" %}
{% set ledger_campaign = "0" %}
WITH RECURSIVE {% include "attribution/_entries.sql" %},

summed AS (
    SELECT
        entries.model,
        entries.channel,
        sum(entries.conversions) AS conversions,
        sum(entries.revenue) AS revenue,
        CAST(sum(entries.influenced_conversions) AS BIGINT) AS influenced_conversions,
        CAST(sum(entries.influenced_revenue) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(sum(entries.touches) AS BIGINT) AS touches,
        CAST(sum(entries.spend) AS DECIMAL(18, 2)) AS spend
    FROM entries
    GROUP BY entries.model, entries.channel
)

SELECT
    summed.model,
    summed.channel,
    summed.conversions,
    summed.revenue,
    summed.influenced_conversions,
    summed.influenced_revenue,
    summed.touches,
    summed.spend,
    CAST(summed.spend AS DOUBLE) / nullif(summed.conversions, 0) AS cpa,
    summed.revenue / nullif(CAST(summed.spend AS DOUBLE), 0) AS roas,
    (summed.revenue - CAST(summed.spend AS DOUBLE)) / nullif(CAST(summed.spend AS DOUBLE), 0) AS roi
FROM summed
ORDER BY
    list_position($model, summed.model),
    CASE WHEN summed.channel = '(unattributed)' THEN 1 ELSE 0 END,
    summed.revenue DESC,
    summed.channel
