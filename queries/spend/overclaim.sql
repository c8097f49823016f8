/*
question = "How many of the orders that platforms claim for themselves are credited to them?"
doc = """
What each platform, channel or campaign reports as its own conversions and revenue, beside what one attribution model credits \
to it. Each platform sees its own contacts only, counts views beside clicks and long windows, so several claim the same order: \
summed claims can exceed all orders that there were. The credited figure is no truth either, but its rows sum to the \
orders. To learn what a platform caused takes an experiment; in a synthetic company attribution/scorecard tells."""
grain = ["model", "period_start", "channel", "platform", "campaign_id"]

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
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% from "spend/_by.sql" import dimension %}
{% from "attribution/_period.sql" import period_start %}
WITH RECURSIVE {% include "spend/_cells.sql" %}

SELECT
    cells.model,
    cells.period_start,
    cells.channel,
    cells.platform,
    cells.campaign_id,
    cells.campaign,
    cells.spend,
    cells.platform_conversions,
    cells.conversions,
    main.ratio(cells.platform_conversions, cells.conversions) AS claim_ratio,
    CAST(cells.platform_conversions AS DOUBLE) - cells.conversions AS overclaimed_conversions,
    cells.platform_revenue,
    cells.revenue,
    CAST(cells.platform_revenue AS DOUBLE) - cells.revenue AS overclaimed_revenue,
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
