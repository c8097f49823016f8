/*
question = "Which channels bring in the orders, and are they worth their cost?"
doc = """
Orders, and their net revenue, credited to the channels of the touches before them, by one model or several side by side. \
Every order counts as it was placed, before refunds and cancellations, so that the rows of a model sum to star.fact_order in \
the range: the credited ones and (unattributed), the orders without an eligible touch. Touches may precede the range, orders \
may not. A model divides what happened among those who were near; it does not tell what a channel has caused: models that look \
at the last touch credit search and direct for demand that others made; linear rewards whoever shows up often; markov, shapley \
by rate and counterfactual compare those who order with those who don't, but people who are about to order also search more. \
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
touches = "Eligible touches before these orders, after path_transform; one that serves two orders counts twice."
spend = "Spend of the range in star.fact_ad_spend."
cpa = "Spend per credited conversion. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'channel'" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_credited.sql" %},

{% include "attribution/_influenced.sql" %},

{% include "attribution/_unattributed.sql" %},

{% include "attribution/_spent.sql" %},

by_channel AS (
    SELECT
        credited.model,
        nodes.channel,
        sum(credited.conversions) AS conversions,
        sum(credited.revenue) AS revenue
    FROM credited
    INNER JOIN nodes ON nodes.node = credited.node
    GROUP BY credited.model, nodes.channel
    UNION ALL
    SELECT
        asked.model,
        '(unattributed)',
        CAST((SELECT count(*) FROM unattributed) AS DOUBLE),
        CAST((SELECT sum(net_revenue) FROM unattributed) AS DOUBLE)
    FROM asked
),

spent_by_channel AS (
    SELECT channel, sum(spend) AS spend
    FROM spent
    GROUP BY channel
),

channels AS (
    SELECT channel FROM by_channel
    UNION
    SELECT channel FROM influenced
    UNION
    SELECT channel FROM spent_by_channel
),

summed AS (
    SELECT
        asked.model,
        channels.channel,
        coalesce(by_channel.conversions, 0) AS conversions,
        coalesce(by_channel.revenue, 0) AS revenue,
        CAST(coalesce(influenced.conversions, 0) AS BIGINT) AS influenced_conversions,
        CAST(coalesce(influenced.revenue, 0) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(coalesce(influenced.touches, 0) AS BIGINT) AS touches,
        CAST(coalesce(spent_by_channel.spend, 0) AS DECIMAL(18, 2)) AS spend
    FROM channels
    CROSS JOIN asked
    LEFT JOIN by_channel ON by_channel.channel = channels.channel AND by_channel.model = asked.model
    LEFT JOIN influenced ON influenced.channel = channels.channel
    LEFT JOIN spent_by_channel ON spent_by_channel.channel = channels.channel
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
