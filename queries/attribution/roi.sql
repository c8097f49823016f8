/*
question = "What does each channel or campaign return on its cost, month by month?"
doc = """
Credited orders and revenue beside the spend of the same period, by channel or campaign. An order counts in the period in which it was placed, spend in the \
period in which it was charged: a touch works into the next period, so a period in which spend rises looks \
worse than it is, and the last one is not complete. CAC is spend per credited first order; it charges a channel's whole spend to new \
customers. Spend here is what platforms charged: staff, tools and discounts are not in it, so email and organic look free. \
Revenue is before refunds and before the cost of goods; a ROAS of 1 is a loss. Each order is shared out by itself (markov: in \
the ratio of what is lost without its channels), so the rows of a model sum to the sales of star.fact_order and to the ledger."""
grain = ["model", "period_start", "channel", "campaign_id"]
headline = ["model", "period_start", "channel", "campaign_id", "conversions", "revenue", "spend", "roas"]

[chart]
kind = "line"
x = "period_start"
y = "roas"
series = "channel"

[finding]
text = "By the model {model}, {channel} returned most on its cost over all periods: {revenue:money} for {spend:money}."
sql = """
WITH channels AS (
    SELECT model, channel, sum(revenue) AS revenue, sum(spend) AS spend, sum(revenue) / sum(spend) AS roas
    FROM answer
    GROUP BY model, channel
    HAVING sum(spend) > 0 AND sum(conversions) >= 10
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY roas DESC) AS place,
        lead(roas) OVER (ORDER BY roas DESC) AS next_roas
    FROM channels
)
SELECT model, channel, revenue, spend
FROM ranked
WHERE place = 1 AND roas > next_roas AND (SELECT count(DISTINCT model) FROM answer) = 1"""

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "_shared/spend/spend.sql" as spend %}
{% import "_shared/periods.sql" as periods %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited_by_period(model, path_transform, periods.start_of("conversions.ordered_at")) }},

{{ spend.daily_spend() }},

period_figures AS (
    SELECT
        order_credits.model,
        period_start,
        channel,
        campaign_key,
        conversions,
        CASE WHEN is_first_order THEN conversions ELSE 0 END AS new_customers,
        revenue,
        CAST(0 AS DECIMAL(18, 2)) AS spend
    FROM order_credits
    UNION ALL
    SELECT
        requested_models.model,
        {{ periods.start_of("daily_spend.date") }},
        daily_spend.channel,
        CASE WHEN {{ by_campaign }} THEN daily_spend.campaign_key ELSE 0 END,
        0,
        0,
        0,
        daily_spend.spend
    FROM daily_spend
    CROSS JOIN requested_models
),

named_figures AS (
    SELECT
        figures.model,
        figures.period_start,
        figures.channel,
        CASE WHEN {{ by_campaign }} THEN campaign.campaign_id ELSE '(all)' END AS campaign_id,
        figures.conversions,
        figures.new_customers,
        figures.revenue,
        figures.spend
    FROM period_figures AS figures
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = figures.campaign_key
),

period_sums AS (
    SELECT
        named_figures.model,
        period_start,
        channel,
        campaign_id,
        sum(conversions) AS conversions,
        sum(new_customers) AS new_customers,
        sum(revenue) AS revenue,
        CAST(sum(spend) AS DECIMAL(18, 2)) AS spend
    FROM named_figures
    GROUP BY named_figures.model, period_start, channel, campaign_id
)

SELECT
    period_sums.model,
    period_start,
    channel,
    campaign_id,
    CAST(conversions AS DOUBLE) AS conversions,
    CAST(new_customers AS DOUBLE) AS new_customers,
    CAST(revenue AS DOUBLE) AS revenue,
    spend,
    main.ratio(spend, conversions) AS cpa,
    main.ratio(spend, new_customers) AS cac,
    main.ratio(revenue, spend) AS roas,
    main.ratio(revenue - spend, spend) AS roi
FROM period_sums
ORDER BY
    list_position($model, period_sums.model),
    period_start NULLS FIRST,
    CASE WHEN channel = '(unattributed)' THEN 1 ELSE 0 END,
    channel,
    campaign_id
