/*
question = "Which campaigns cost more than they bring in, and how much money is at stake?"
doc = """
Campaigns, and spend without one, whose return on spend lies below min_roi, by the orders that an attribution model \
credits to them; the most money first. money_at_stake is the part of the spend that the credited margin does not pay for at \
that return. A list to look into, not one to switch off by: credit lags behind spend, so young campaigns look bad; campaigns \
that make people aware get little of the last touch's credit; and one that gets much may have reached those who would \
have bought anyway. Compare several models, and hold people out before money moves."""
grain = ["model", "channel", "campaign_id"]
headline = ["model", "channel", "campaign", "spend", "roi", "money_at_stake"]

[chart]
kind = "bar"
x = "campaign"
y = "money_at_stake"

[finding]
text = "By the model {model}, {campaigns:count} campaigns return less than asked for; {stake:money} of the {spend:money} that they cost is at stake."
sql = """
SELECT max(model) AS model, count(*) AS campaigns, sum(money_at_stake) AS stake, sum(spend) AS spend
FROM answer
WHERE campaign_id <> '(unknown)'
HAVING count(DISTINCT model) = 1 AND count(*) >= 2"""

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "spend/_ledger.sql" as charges %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign="true") }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited_by_period(model, path_transform) }},

{{ charges.ledger() }},

campaign_spend AS (
    SELECT channel, campaign_key, sum(spend) AS spend
    FROM ledger
    GROUP BY channel, campaign_key
),

campaign_credits AS (
    SELECT order_credits.model, channel, campaign_key, sum(conversions) AS conversions, sum(revenue) AS revenue
    FROM order_credits
    GROUP BY order_credits.model, channel, campaign_key
),

campaign_returns AS (
    SELECT
        requested_models.model,
        campaign_spend.channel,
        campaign.campaign_id,
        campaign.name AS campaign,
        platforms.platform,
        CAST(campaign_spend.spend AS DECIMAL(18, 2)) AS spend,
        CAST(coalesce(campaign_credits.conversions, 0) AS DOUBLE) AS conversions,
        CAST(coalesce(campaign_credits.revenue, 0) AS DOUBLE) AS revenue
    FROM campaign_spend
    CROSS JOIN requested_models
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = campaign_spend.campaign_key
    LEFT JOIN platforms
        ON platforms.channel = campaign_spend.channel AND platforms.campaign_key = campaign_spend.campaign_key
    LEFT JOIN campaign_credits
        ON campaign_credits.channel = campaign_spend.channel
        AND campaign_credits.campaign_key = campaign_spend.campaign_key
        AND campaign_credits.model = requested_models.model
),

rated_campaigns AS (
    SELECT
        campaign_returns.*,
        main.ratio(spend, sum(spend) OVER (PARTITION BY campaign_returns.model)) AS share_of_spend,
        main.ratio(revenue * $margin - spend, spend) AS roi
    FROM campaign_returns
)

SELECT
    rated_campaigns.model,
    channel,
    campaign_id,
    campaign,
    platform,
    spend,
    share_of_spend,
    conversions,
    revenue,
    roi,
    least(spend, main.money(spend - revenue * $margin / nullif(1 + $min_roi, 0))) AS money_at_stake
FROM rated_campaigns
WHERE spend > 0 AND spend >= $min_spend AND roi < $min_roi
ORDER BY list_position($model, rated_campaigns.model), money_at_stake DESC, channel, campaign_id
