/*
question = "How many of the orders that platforms claim for themselves are credited to them?"
doc = """
What each platform, channel or campaign reports as its own conversions and revenue, beside what one attribution model credits \
to it. Each platform sees its own contacts only, counts views beside clicks and long windows, so several claim the same order: \
summed claims can exceed all orders that there were. The credited figure is no truth either, but its rows sum to the \
orders. To learn what a platform caused takes an experiment; in a synthetic company attribution/scorecard tells."""
grain = ["model", "period_start", "channel", "platform", "campaign_id"]
headline = ["model", "period_start", "channel", "platform", "campaign", "platform_conversions", "conversions", "claim_ratio"]

[chart]
kind = "dumbbell"
x = "channel"
y = ["platform_conversions", "conversions"]

[finding]
text = "Platforms claim {claimed:count} orders, {ratio:number} for each of the {credited:count} that the model {model} credits to them."
sql = """
SELECT
    max(model) AS model,
    sum(platform_conversions) AS claimed,
    sum(conversions) AS credited,
    sum(platform_conversions) / sum(conversions) AS ratio
FROM answer
HAVING count(DISTINCT model) = 1 AND sum(conversions) >= 10 AND sum(platform_conversions) > sum(conversions)"""

[columns]
model = "Model that gives the credit."
period_start = "First day of the period. NULL with period = all."
channel = "Channel; (all) by platform."
platform = "Platform; (all) by channel."
campaign_id = "Campaign; (all) unless by campaign."
campaign = "Its name."
spend = "Money charged."
platform_conversions = "Conversions that the platform claims."
conversions = "Orders credited, with fractions."
claim_ratio = "platform_conversions / conversions: 2 claims two orders for each that is credited."
overclaimed_conversions = "platform_conversions - conversions."
platform_revenue = "Revenue that the platform claims."
revenue = "Net revenue credited, not rounded."
overclaimed_revenue = "platform_revenue - revenue."
platform_roas = "platform_revenue / spend: the return that the platform reports."
roas = "revenue / spend: the return that the model credits."
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
    cells.platform_conversions,
    CAST(cells.conversions AS DOUBLE) AS conversions,
    main.ratio(cells.platform_conversions, cells.conversions) AS claim_ratio,
    CAST(cells.platform_conversions - cells.conversions AS DOUBLE) AS overclaimed_conversions,
    cells.platform_revenue,
    CAST(cells.revenue AS DOUBLE) AS revenue,
    CAST(cells.platform_revenue - cells.revenue AS DOUBLE) AS overclaimed_revenue,
    main.ratio(cells.platform_revenue, cells.spend) AS platform_roas,
    main.ratio(cells.revenue, cells.spend) AS roas
FROM cells
WHERE cells.spend <> 0 OR cells.platform_conversions <> 0 OR cells.platform_revenue <> 0
ORDER BY
    list_position($model, cells.model),
    cells.period_start NULLS FIRST,
    cells.channel,
    cells.platform,
    cells.campaign_id
