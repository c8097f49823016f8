/*
question = "Which channels win new customers, and which bring back old ones?"
doc = """
The credit of each channel, or campaign, split by whether the order was the customer's first. Orders of unknown customers count as \
returning unless they are marked as a first. Each order is shared out by itself, so the rows sum to the sales of star.fact_order in the range; by markov each is \
shared in the ratio of what is lost without its channels, which differs a little from the whole-company shares of attribution/channels. \
A channel that is strong among returning customers (email, direct, a brand's search) often meets people who would have come back."""
grain = ["model", "step", "customers"]
headline = ["model", "step", "customers", "conversions", "share_of_step"]

[chart]
kind = "bar"
x = "step"
y = "conversions"
series = "customers"

[finding]
text = "Of those with 20 orders or more, {step} wins new customers most often: {share:percent} of its orders are first ones, by the model {model}."
sql = """
WITH steps AS (
    SELECT
        model,
        step,
        sum(CASE WHEN customers = 'new' THEN conversions ELSE 0 END) / sum(conversions) AS share
    FROM answer
    WHERE step <> '(unattributed)'
    GROUP BY model, step
    HAVING sum(conversions) >= 20
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY share DESC) AS place,
        lead(share) OVER (ORDER BY share DESC) AS next_share
    FROM steps
)
SELECT model, step, share
FROM ranked
WHERE place = 1 AND share > next_share + 1e-9 AND (SELECT count(DISTINCT model) FROM answer) = 1"""

[columns]
model = "Model that gives the credit."
step = "Channel or campaign; (unattributed) holds the orders without an eligible touch."
customers = "new: the customer's first order. returning: any later one."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded."
share_of_step = "Share of the step's credited orders."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited_by_period(model, path_transform) }},

customer_credits AS (
    SELECT
        order_credits.model,
        CASE
            WHEN order_credits.campaign_key = 0 THEN order_credits.channel
            ELSE order_credits.channel || ' / ' || campaign.campaign_id
        END AS step,
        CASE WHEN order_credits.is_first_order THEN 'new' ELSE 'returning' END AS customers,
        sum(order_credits.conversions) AS conversions,
        sum(order_credits.revenue) AS revenue
    FROM order_credits
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = order_credits.campaign_key
    GROUP BY 1, 2, 3
)

SELECT
    customer_credits.model,
    step,
    customers,
    CAST(conversions AS DOUBLE) AS conversions,
    CAST(revenue AS DOUBLE) AS revenue,
    main.ratio(conversions, sum(conversions) OVER (PARTITION BY customer_credits.model, step)) AS share_of_step
FROM customer_credits
ORDER BY list_position($model, customer_credits.model), CASE WHEN step = '(unattributed)' THEN 1 ELSE 0 END, step, customers
