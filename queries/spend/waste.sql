/*
question = "Which campaigns cost more than they bring in, and how much money is at stake?"
doc = """
Campaigns, and spend without one, whose return on spend lies below min_roi, by the orders that an attribution model \
credits to them; the most money first. money_at_stake is the part of the spend that the credited margin does not pay for at \
that return. A list to look into, not one to switch off by: credit lags behind spend, so young campaigns look bad; campaigns \
that make people aware get little of the last touch's credit; and one that gets much may have reached those who would \
have bought anyway. Compare several models, and hold people out before money moves."""
grain = ["model", "channel", "campaign_id"]

[params]
min_roi = { type = "float", min = -1, max = 1000, default = 0, doc = "Return below which spend is wasteful: (revenue x margin - spend) / spend." }
min_spend = { type = "float", min = 0, max = 1000000000000, default = 0, doc = "Campaigns with less spend are left out; those without any always are." }
margin = { type = "float", min = 0.0001, max = 1, default = 1, doc = "Share of revenue that is left after the cost of goods; 1 takes revenue as it is." }

[columns]
model = "Model that gives the credit."
channel = "Channel."
campaign_id = "Campaign; (unknown) for spend without one."
campaign = "Its name."
platform = "Platform that charged most for it."
spend = "Money charged."
share_of_spend = "Its share of all spend in the range."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded."
roi = "(revenue x margin - spend) / spend."
money_at_stake = "spend - revenue x margin / (1 + min_roi), at most spend: what is not paid for at min_roi."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'campaign'" %}
{% set period_start = "CAST(NULL AS DATE)" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_order_credits.sql" %},

{% include "spend/_ledger.sql" %},

spent AS (
    SELECT channel, campaign_key, sum(spend) AS spend, sum(spend) / sum(sum(spend)) OVER () AS share_of_spend
    FROM ledger
    GROUP BY channel, campaign_key
),

earned AS (
    SELECT
        order_credits.model,
        order_credits.channel,
        order_credits.campaign_key,
        CAST(sum(order_credits.conversions) AS DOUBLE) AS conversions,
        CAST(sum(order_credits.revenue) AS DOUBLE) AS revenue
    FROM order_credits
    GROUP BY order_credits.model, order_credits.channel, order_credits.campaign_key
),

campaigns AS (
    SELECT
        asked.model,
        spent.channel,
        campaign.campaign_id,
        campaign.name AS campaign,
        platforms.platform,
        CAST(spent.spend AS DECIMAL(18, 2)) AS spend,
        CAST(spent.share_of_spend AS DOUBLE) AS share_of_spend,
        coalesce(earned.conversions, 0) AS conversions,
        coalesce(earned.revenue, 0) AS revenue,
        main.ratio(coalesce(earned.revenue, 0) * $margin - CAST(spent.spend AS DOUBLE), spent.spend) AS roi
    FROM spent
    CROSS JOIN asked
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = spent.campaign_key
    LEFT JOIN platforms ON platforms.channel = spent.channel AND platforms.campaign_key = spent.campaign_key
    LEFT JOIN earned
        ON earned.channel = spent.channel AND earned.campaign_key = spent.campaign_key AND earned.model = asked.model
    WHERE spent.spend > 0 AND spent.spend >= $min_spend
)

SELECT
    campaigns.model,
    campaigns.channel,
    campaigns.campaign_id,
    campaigns.campaign,
    campaigns.platform,
    campaigns.spend,
    campaigns.share_of_spend,
    campaigns.conversions,
    campaigns.revenue,
    campaigns.roi,
    least(
        campaigns.spend,
        CAST(round(
            CAST(campaigns.spend AS DOUBLE) - campaigns.revenue * $margin / nullif(1 + $min_roi, 0), 2
        ) AS DECIMAL(18, 2))
    ) AS money_at_stake
FROM campaigns
WHERE campaigns.roi < $min_roi
ORDER BY list_position($model, campaigns.model), money_at_stake DESC, campaigns.channel, campaigns.campaign_id
