/*
question = "Which campaigns bring in the orders, and are they worth their cost?"
doc = """
As attribution/channels, with a step of a path being a campaign in its channel; touches without a campaign count for their \
channel, as campaign (unknown). Every campaign has a row, whether it brought an order or not. Campaigns that run for a short time, \
or for people who buy anyway (a brand's name, returning visitors, a cart left behind), look better in every model than \
they are: compare them with attribution/scorecard, or hold people out."""
grain = ["model", "channel", "campaign_id"]
headline = ["model", "channel", "campaign", "conversions", "revenue", "spend", "roas"]

[chart]
kind = "scatter"
x = "spend"
y = "revenue"
series = "channel"

[finding]
text = "By the model {model}, {campaign} has the best return of the campaigns with ten orders or more: {revenue:money} for {spend:money}."
sql = """
WITH returns AS (
    SELECT
        model,
        campaign,
        revenue,
        spend,
        roas,
        row_number() OVER (ORDER BY roas DESC) AS place,
        lead(roas) OVER (ORDER BY roas DESC) AS next_roas
    FROM answer
    WHERE spend > 0 AND conversions >= 10
)
SELECT model, campaign, revenue, spend
FROM returns
WHERE place = 1 AND roas > next_roas"""

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "_shared/models/influenced.sql" as touched %}
{% import "_shared/spend/spend.sql" as spend %}
{% import "attribution/_figures.sql" as figures %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign="true") }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited(model, path_transform) }},

{{ orders.unattributed() }},

{{ touched.influenced() }},

{{ spend.daily_spend() }},

{{ figures.figures(by_campaign="true") }},

campaign_figures AS (
    SELECT
        figures.model,
        figures.channel,
        campaign.campaign_id,
        campaign.name AS campaign,
        campaign.campaign_type,
{{ figures.sums() }}
    FROM figures
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = figures.campaign_key
    GROUP BY figures.model, figures.channel, campaign.campaign_id, campaign.name, campaign.campaign_type
)

SELECT
    campaign_figures.model,
    channel,
    campaign_id,
    campaign,
    campaign_type,
    CAST(conversions AS DOUBLE) AS conversions,
    CAST(revenue AS DOUBLE) AS revenue,
    influenced_conversions,
    influenced_revenue,
    touches,
    spend,
    main.ratio(spend, conversions) AS cpa,
    main.ratio(revenue, spend) AS roas,
    main.ratio(revenue - spend, spend) AS roi
FROM campaign_figures
ORDER BY
    list_position($model, campaign_figures.model),
    CASE WHEN channel = '(unattributed)' THEN 1 ELSE 0 END,
    revenue DESC,
    channel,
    campaign_id
