/*
question = "Which channels bring in the orders, and are they worth their cost?"
doc = """
Orders, and their net revenue, credited to the channels of the touches before them, by one model or several side by side. \
Every sale counts as it was placed, before refunds, and no order that is no sale (cancelled, not paid, of unknown status): the rows of a \
model sum to the sales of star.fact_order in the range: the credited ones and (unattributed), the orders without an eligible touch. Touches may precede the range, orders \
may not. A model divides what happened among those who were near; it does not tell what a channel has caused: models that look \
at the last touch credit search and direct for demand that others made; linear rewards whoever shows up often; markov, shapley \
by rate and counterfactual compare those who order with those who don't, but people who are about to order also search more. \
A channel on no path that ended in an order can have credit by markov alone. \
Touches that nobody acted on (impressions, email opens) are left out unless asked for in touch_types. Spend is the whole ledger \
of the range, so a channel that is excluded, or that brought no order, keeps its own."""
grain = ["model", "channel"]
headline = ["model", "channel", "conversions", "revenue", "spend", "roas"]

[chart]
kind = "bar"
x = "channel"
y = "revenue"
series = "model"

[finding]
text = "By the model {model}, {channel} has the most revenue to its credit: {revenue:money}, {share:percent} of what the channels have."
sql = """
WITH credits AS (
    SELECT
        model,
        channel,
        conversions,
        revenue,
        sum(revenue) OVER () AS total,
        row_number() OVER (ORDER BY revenue DESC) AS place,
        lead(revenue) OVER (ORDER BY revenue DESC) AS next_revenue
    FROM answer
    WHERE channel <> '(unattributed)'
)
SELECT model, channel, revenue, revenue / total AS share
FROM credits
WHERE
    place = 1 AND revenue > next_revenue AND conversions >= 10
    AND (SELECT count(DISTINCT model) FROM answer) = 1"""

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "_shared/models/influenced.sql" as touched %}
{% import "_shared/spend/spend.sql" as spend %}
{% import "attribution/_figures.sql" as figures %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign="false") }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited(model, path_transform) }},

{{ orders.unattributed() }},

{{ touched.influenced() }},

{{ spend.daily_spend() }},

{{ figures.figures(by_campaign="false") }},

channel_figures AS (
    SELECT
        figures.model,
        figures.channel,
{{ figures.sums() }}
    FROM figures
    GROUP BY figures.model, figures.channel
)

SELECT
    channel_figures.model,
    channel,
    CAST(conversions AS DOUBLE) AS conversions,
    CAST(revenue AS DOUBLE) AS revenue,
    influenced_conversions,
    influenced_revenue,
    touches,
    spend,
    main.ratio(spend, conversions) AS cpa,
    main.ratio(revenue, spend) AS roas,
    main.ratio(revenue - spend, spend) AS roi
FROM channel_figures
ORDER BY
    list_position($model, channel_figures.model),
    CASE WHEN channel = '(unattributed)' THEN 1 ELSE 0 END,
    revenue DESC,
    channel
