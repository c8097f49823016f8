/*
question = "Which channels win new customers, and which bring back old ones?"
doc = """
The credit of each channel, or campaign, split by whether the order was the customer's first. Orders of unknown customers count as \
returning unless they are marked as a first. Each order is shared out by itself, so the rows sum to star.fact_order in the range; by markov each is \
shared in the ratio of what is lost without its channels, which differs a little from the whole-company shares of attribution/channels. \
A channel that is strong among returning customers (email, direct, a brand's search) often meets people who would have come back."""
grain = ["model", "step", "customers"]

[columns]
model = "Model that gives the credit."
step = "Channel or campaign; (unattributed) holds the orders without an eligible touch."
customers = "new: the customer's first order. returning: any later one."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded."
share_of_step = "Share of the step's credited orders."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% from "attribution/_breakdown.sql" import dimension %}
{% set period_start = "CAST(NULL AS DATE)" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_order_credits.sql" %},

split AS (
    SELECT
        order_credits.model,
        CASE
            WHEN order_credits.campaign_key = 0 THEN order_credits.channel
            ELSE order_credits.channel || ' / ' || campaign.campaign_id
        END AS step,
        CASE WHEN order_credits.is_first_order THEN 'new' ELSE 'returning' END AS customers,
        order_credits.conversions,
        order_credits.revenue
    FROM order_credits
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = order_credits.campaign_key
)

SELECT
    split.model,
    split.step,
    split.customers,
    CAST(sum(split.conversions) AS DOUBLE) AS conversions,
    CAST(sum(split.revenue) AS DOUBLE) AS revenue,
    main.ratio(sum(split.conversions), sum(sum(split.conversions)) OVER (PARTITION BY split.model, split.step)) AS share_of_step
FROM split
GROUP BY split.model, split.step, split.customers
ORDER BY
    list_position($model, split.model),
    CASE WHEN split.step = '(unattributed)' THEN 1 ELSE 0 END,
    split.step,
    split.customers
