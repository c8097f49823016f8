/*
question = "What does each channel or campaign return on its cost, month by month?"
doc = """
Credited orders and revenue beside the spend of the same period, by channel or campaign. An order counts in the period in which it was placed, spend in the \
period in which it was charged: a touch works into the next period, so a period in which spend rises looks \
worse than it is, and the last one is not complete. CAC is spend per credited first order; it charges a channel's whole spend to new \
customers. Spend here is what platforms charged: staff, tools and discounts are not in it, so email and organic look free. \
Revenue is before refunds and before the cost of goods; a ROAS of 1 is a loss. Each order is shared out by itself (markov: in \
the ratio of what is lost without its channels), so the rows of a model sum to star.fact_order and to the ledger."""
grain = ["model", "period_start", "channel", "campaign_id"]

[params]
period = { default = "month" }

[columns]
model = "Model that gives the credit."
period_start = "First day of the period. NULL with period = all."
channel = "Channel; (unattributed) holds the orders without an eligible touch."
campaign_id = "Campaign, as in dim_campaign; (all) by channel."
conversions = "Orders credited, with fractions."
new_customers = "Of these, first orders."
revenue = "Net revenue credited, not rounded."
spend = "Spend in star.fact_ad_spend."
cpa = "Spend per credited order. NULL without one."
cac = "Spend per credited first order. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% from "attribution/_breakdown.sql" import dimension %}
{% from "attribution/_period.sql" import period_start %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_order_credits.sql" %},

{% include "attribution/_spent.sql" %},

entries AS (
    SELECT
        order_credits.model,
        order_credits.period_start,
        order_credits.channel,
        order_credits.campaign_key,
        order_credits.conversions,
        CASE WHEN order_credits.is_first_order THEN order_credits.conversions ELSE 0 END AS new_customers,
        order_credits.revenue,
        CAST(0 AS DECIMAL(18, 2)) AS spend
    FROM order_credits
    UNION ALL
    SELECT
        asked.model,
        {{ period_start | replace("ordered_at", "spent.date") }},
        spent.channel,
        CASE WHEN {{ dimension }} = 'campaign' THEN spent.campaign_key ELSE 0 END,
        0,
        0,
        0,
        spent.spend
    FROM spent
    CROSS JOIN asked
),

summed AS (
    SELECT
        entries.model,
        entries.period_start,
        entries.channel,
        CASE WHEN {{ dimension }} = 'campaign' THEN campaign.campaign_id ELSE '(all)' END AS campaign_id,
        CAST(sum(entries.conversions) AS DOUBLE) AS conversions,
        CAST(sum(entries.new_customers) AS DOUBLE) AS new_customers,
        CAST(sum(entries.revenue) AS DOUBLE) AS revenue,
        CAST(sum(entries.spend) AS DECIMAL(18, 2)) AS spend
    FROM entries
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = entries.campaign_key
    GROUP BY 1, 2, 3, 4
)

SELECT
    summed.model,
    summed.period_start,
    summed.channel,
    summed.campaign_id,
    summed.conversions,
    summed.new_customers,
    summed.revenue,
    summed.spend,
    CAST(summed.spend AS DOUBLE) / nullif(summed.conversions, 0) AS cpa,
    CAST(summed.spend AS DOUBLE) / nullif(summed.new_customers, 0) AS cac,
    summed.revenue / nullif(CAST(summed.spend AS DOUBLE), 0) AS roas,
    (summed.revenue - CAST(summed.spend AS DOUBLE)) / nullif(CAST(summed.spend AS DOUBLE), 0) AS roi
FROM summed
ORDER BY
    list_position($model, summed.model),
    summed.period_start NULLS FIRST,
    CASE WHEN summed.channel = '(unattributed)' THEN 1 ELSE 0 END,
    summed.channel,
    summed.campaign_id
