/*
question = "How do our ads perform, from the impression to the return on what they cost?"
doc = """
What platforms delivered and charged beside the orders that an attribution model credits, by channel, platform or campaign \
and period. Spend counts on the day it was charged, an order on the day it was placed. Impressions, clicks and spend are \
the platforms' figures; orders, revenue and leads are our own. Channels that charge nothing have rows too, and \
(unattributed) the orders without an eligible touch, so that orders and spend sum to their totals. Markov shares out each \
order by itself here, in the ratio of what is lost without its channels. Credit is not effect: \
see attribution/channels; and a return above zero can still be a loss, since revenue is before the cost of goods."""
grain = ["model", "period_start", "channel", "platform", "campaign_id"]
headline = ["model", "period_start", "channel", "platform", "campaign", "spend", "conversions", "cost_per_acquisition", "roas"]

[chart]
kind = "bar"
x = "channel"
y = ["spend", "revenue"]

[finding]
text = "The ads cost {spend:money} and are credited with {conversions:number} orders and {revenue:money}, {roas:number} for each 1 spent, by the model {model}."
sql = """
SELECT
    max(model) AS model,
    sum(spend) AS spend,
    sum(conversions) AS conversions,
    sum(revenue) AS revenue,
    sum(revenue) / sum(spend) AS roas
FROM answer
WHERE spend > 0
HAVING count(DISTINCT model) = 1 AND sum(conversions) >= 10"""

[columns]
model = "Model that gives the credit."
period_start = "First day of the period. NULL with period = all."
channel = "Channel; (all) by platform."
platform = "Platform that charges for it, (none) where nobody does; (all) by channel."
campaign_id = "Campaign; (all) unless by campaign."
campaign = "Its name."
spend = "Money charged."
impressions = "Times that an ad was shown."
clicks = "Times that an ad was clicked."
click_through_rate = "clicks / impressions (CTR)."
cost_per_click = "spend / clicks (CPC)."
cost_per_thousand = "spend / impressions x 1000 (CPM)."
leads = "Leads captured in the period, in star.fact_lead."
cost_per_lead = "spend / leads (CPL)."
conversions = "Orders credited, with fractions."
conversion_rate = "conversions / clicks (CVR); above 1 where most orders come without a click."
cost_per_acquisition = "spend / conversions (CPA)."
new_customers = "First orders credited."
customer_acquisition_cost = "spend / new_customers (CAC)."
revenue = "Net revenue credited, not rounded."
roas = "revenue / spend."
roi = "(revenue - spend) / spend."

[advice]
text = "Spend less on {channel}: it cost {spend:money}, and is credited with {revenue:money} by the model {model}."
assumption = "What the model credits is what the channel brings. One that makes people aware is credited with too little, so take the money away step by step, and in some places first."
unit = "spend"
period = "in the time asked about, less the margin credited"
only = { by = "channel", period = "all" }
# Orders credited vary like counts, and so do their values; 2.8 standard errors are passed by the worst of ten channels once in twenty times.
sql = """
WITH margins AS (
    SELECT
        model, channel, CAST(spend AS DOUBLE) AS spend, answer.revenue,
        answer.revenue * coalesce(margin_share, 1) AS margin,
        sqrt((conversions + 1) * (power(order_value, 2) + power(order_spread, 2))) * coalesce(margin_share, 1) AS error
    FROM answer
    CROSS JOIN company
    WHERE spend > 0 AND (SELECT count(DISTINCT model) FROM answer) = 1
)
SELECT
    model, channel, spend, revenue,
    spend - margin AS worth, spend - margin - 1.96 * error AS worth_low, spend - greatest(margin - 1.96 * error, 0) AS worth_high
FROM margins
WHERE spend - margin > 2.8 * error
ORDER BY worth DESC, channel LIMIT 1"""
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "_shared/periods.sql" as periods %}
{% import "spend/_cells.sql" as spend %}
{% import "spend/_ledger.sql" as charges %}
{% from "spend/_by.sql" import by_campaign %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited_by_period(model, path_transform, periods.start_of("conversions.ordered_at")) }},

{{ charges.ledger() }},

{{ spend.cells() }}

SELECT
    cells.model,
    cells.period_start,
    cells.channel,
    cells.platform,
    cells.campaign_id,
    cells.campaign,
    cells.spend,
    cells.impressions,
    cells.clicks,
    main.ratio(cells.clicks, cells.impressions) AS click_through_rate,
    main.ratio(cells.spend, cells.clicks) AS cost_per_click,
    main.ratio(cells.spend * 1000, cells.impressions) AS cost_per_thousand,
    cells.leads,
    main.ratio(cells.spend, cells.leads) AS cost_per_lead,
    CAST(cells.conversions AS DOUBLE) AS conversions,
    main.ratio(cells.conversions, cells.clicks) AS conversion_rate,
    main.ratio(cells.spend, cells.conversions) AS cost_per_acquisition,
    CAST(cells.new_customers AS DOUBLE) AS new_customers,
    main.ratio(cells.spend, cells.new_customers) AS customer_acquisition_cost,
    CAST(cells.revenue AS DOUBLE) AS revenue,
    main.ratio(cells.revenue, cells.spend) AS roas,
    main.ratio(cells.revenue - cells.spend, cells.spend) AS roi
FROM cells
ORDER BY
    list_position($model, cells.model),
    cells.period_start NULLS FIRST,
    CASE WHEN cells.channel = '(unattributed)' OR cells.platform = '(unattributed)' THEN 1 ELSE 0 END,
    cells.channel,
    cells.platform,
    cells.campaign_id
