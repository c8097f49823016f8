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
spend = "Spend of the range in star.fact_ad_spend."
cpa = "Spend per credited conversion. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'campaign'" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_credited.sql" %},

{% include "attribution/_influenced.sql" %},

{% include "attribution/_unattributed.sql" %},

{% include "attribution/_spent.sql" %},

by_campaign AS (
    SELECT
        credited.model,
        nodes.channel,
        nodes.campaign_key,
        sum(credited.conversions) AS conversions,
        sum(credited.revenue) AS revenue
    FROM credited
    INNER JOIN nodes ON nodes.node = credited.node
    GROUP BY credited.model, nodes.channel, nodes.campaign_key
    UNION ALL
    SELECT
        asked.model,
        '(unattributed)',
        0,
        CAST((SELECT count(*) FROM unattributed) AS DOUBLE),
        CAST((SELECT sum(net_revenue) FROM unattributed) AS DOUBLE)
    FROM asked
),

spent_by_campaign AS (
    SELECT channel, campaign_key, sum(spend) AS spend
    FROM spent
    GROUP BY channel, campaign_key
),

campaigns AS (
    SELECT channel, campaign_key FROM by_campaign
    UNION
    SELECT channel, campaign_key FROM influenced
    UNION
    SELECT channel, campaign_key FROM spent_by_campaign
    UNION
    SELECT channel.channel, campaign.campaign_key
    FROM star.dim_campaign AS campaign
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE campaign.campaign_key <> 0
),

summed AS (
    SELECT
        asked.model,
        campaigns.channel,
        named.campaign_id,
        named.name AS campaign,
        named.campaign_type,
        coalesce(by_campaign.conversions, 0) AS conversions,
        coalesce(by_campaign.revenue, 0) AS revenue,
        CAST(coalesce(influenced.conversions, 0) AS BIGINT) AS influenced_conversions,
        CAST(coalesce(influenced.revenue, 0) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(coalesce(spent_by_campaign.spend, 0) AS DECIMAL(18, 2)) AS spend
    FROM campaigns
    CROSS JOIN asked
    INNER JOIN star.dim_campaign AS named ON named.campaign_key = campaigns.campaign_key
    LEFT JOIN by_campaign
        ON by_campaign.channel = campaigns.channel
        AND by_campaign.campaign_key = campaigns.campaign_key
        AND by_campaign.model = asked.model
    LEFT JOIN influenced
        ON influenced.channel = campaigns.channel AND influenced.campaign_key = campaigns.campaign_key
    LEFT JOIN spent_by_campaign
        ON spent_by_campaign.channel = campaigns.channel AND spent_by_campaign.campaign_key = campaigns.campaign_key
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
