/*
question = "Which campaigns bring in the orders, and are they worth their cost?"
doc = """
As attribution/channels, with a step of a path being a campaign in its channel; touches without a campaign count for their \
channel, as campaign (unknown). Every campaign has a row, whether it brought an order or not. Campaigns that run for a short time, \
or for people who buy anyway (a brand's name, returning visitors, a cart left behind), look better in every model than \
they are: compare them with attribution/scorecard, or hold people out."""
grain = ["model", "channel", "campaign_id"]

[columns]
model = "Model that gives the credit."
channel = "Channel of the touches, or of the campaign if it has none; (unattributed) holds the orders without an eligible touch."
campaign_id = "Campaign, as in dim_campaign."
campaign = "Its name."
campaign_type = "Its kind."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded."
influenced_conversions = "Orders with at least one eligible touch of the campaign, each counted whole by every one that touched it."
influenced_revenue = "Net revenue of these orders."
touches = "Touches on the paths of these orders, each counted once."
spend = "Spend of the range in star.fact_ad_spend."
cpa = "Spend per credited conversion. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'campaign'" %}
{% set ledger_campaign = "spent.campaign_key" %}
WITH RECURSIVE {% include "attribution/_entries.sql" %},

with_idle AS (
    SELECT entries.*
    FROM entries
    UNION ALL
    SELECT asked.model, channel.channel, campaign.campaign_key, 0, 0, 0, 0, 0, 0
    FROM star.dim_campaign AS campaign
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    CROSS JOIN asked
    WHERE campaign.campaign_key <> 0
),

summed AS (
    SELECT
        entries.model,
        entries.channel,
        campaign.campaign_id,
        campaign.name AS campaign,
        campaign.campaign_type,
        sum(entries.conversions) AS conversions,
        sum(entries.revenue) AS revenue,
        CAST(sum(entries.influenced_conversions) AS BIGINT) AS influenced_conversions,
        CAST(sum(entries.influenced_revenue) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(sum(entries.touches) AS BIGINT) AS touches,
        CAST(sum(entries.spend) AS DECIMAL(18, 2)) AS spend
    FROM with_idle AS entries
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = entries.campaign_key
    GROUP BY entries.model, entries.channel, campaign.campaign_id, campaign.name, campaign.campaign_type
)

SELECT
    summed.model,
    summed.channel,
    summed.campaign_id,
    summed.campaign,
    summed.campaign_type,
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
    summed.channel,
    summed.campaign_id
