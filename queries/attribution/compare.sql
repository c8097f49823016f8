/*
question = "How far do the models disagree about each channel?"
doc = """
The share of all attributed orders and revenue that each model gives to each channel or campaign, its rank, and the difference \
from the first model asked for. Where all agree, the choice of a model does not matter; where they do not, look at what each \
assumes before money moves: last rewards what closes, first what opens, linear what is there often, markov, shapley and \
counterfactual what sets the paths that end in an order apart. Agreement is no proof: all see the same touches, and none sees those who \
would have ordered anyway. markov and counterfactual, which learn from all paths and take longer, are compared when asked for; so is incremental, which must be fitted first (martlet model fit incremental) and shares out caused orders alone. Orders without an eligible touch are left out; attribution/channels holds them."""
grain = ["model", "step"]
headline = ["model", "step", "conversion_share", "share_difference", "rank"]
needs = ["star.fact_touchpoint", "star.fact_order"]
stored = true

[chart]
kind = "heat"
x = "model"
y = "step"
series = "conversion_share"

[finding]
text = "The models disagree most about {step}: {lowest:percent} of the orders by {lowest_model}, {highest:percent} by {highest_model}."
effect = "effect"
sql = """
WITH spans AS (
    SELECT
        step,
        min(conversion_share) AS lowest,
        max(conversion_share) AS highest,
        arg_min(model, conversion_share) AS lowest_model,
        arg_max(model, conversion_share) AS highest_model
    FROM answer
    GROUP BY step
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY highest - lowest DESC) AS place,
        coalesce(lead(highest - lowest) OVER (ORDER BY highest - lowest DESC), 0) AS next_span
    FROM spans
)
SELECT step, lowest, highest, lowest_model, highest_model, highest - lowest AS effect
FROM ranked
WHERE
    place = 1 AND highest - lowest >= 0.05 AND highest - lowest > next_span
    AND (SELECT sum(conversions) / count(DISTINCT model) FROM answer) >= 30"""

[params]
model = { of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual", "incremental"], default = ["last", "first", "last_non_direct", "first_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "shapley"] }

[columns]
model = "Model that gives the credit."
step = "Channel or campaign."
conversions = "Orders credited."
revenue = "Net revenue credited."
conversion_share = "Share of all orders that the model credits."
revenue_share = "Share of all revenue that it credits."
rank = "Place by credited orders, 1 is first; equals share a place."
share_difference = "conversion_share less that of the first model asked for."
rank_difference = "Place by the first model asked for, less this one: positive when this model puts it higher."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited(model, path_transform) }},

-- Steps that a model gives nothing have a row too.
step_entries AS (
    SELECT credited.model, channel, campaign_key, conversions, revenue
    FROM credited
    UNION ALL
    SELECT DISTINCT requested_models.model, journey_steps.channel, journey_steps.campaign_key, 0, 0
    FROM journey_steps
    CROSS JOIN requested_models
),

step_credits AS (
    SELECT
        step_entries.model,
        known_steps.step,
        sum(step_entries.conversions) AS conversions,
        sum(step_entries.revenue) AS revenue
    FROM step_entries
    INNER JOIN known_steps
        ON known_steps.channel = step_entries.channel AND known_steps.campaign_key = step_entries.campaign_key
    GROUP BY step_entries.model, known_steps.step
),

step_shares AS (
    SELECT
        step_credits.*,
        main.ratio(conversions, sum(conversions) OVER (PARTITION BY step_credits.model)) AS conversion_share,
        main.ratio(revenue, sum(revenue) OVER (PARTITION BY step_credits.model)) AS revenue_share,
        rank() OVER (PARTITION BY step_credits.model ORDER BY round(conversions, 9) DESC) AS place
    FROM step_credits
),

first_model_shares AS (
    SELECT step, conversion_share, place
    FROM step_shares
    WHERE step_shares.model = list_extract($model, 1)
)

SELECT
    step_shares.model,
    step_shares.step,
    CAST(step_shares.conversions AS DOUBLE) AS conversions,
    CAST(step_shares.revenue AS DOUBLE) AS revenue,
    step_shares.conversion_share,
    step_shares.revenue_share,
    step_shares.place AS rank,
    step_shares.conversion_share - first_model_shares.conversion_share AS share_difference,
    first_model_shares.place - step_shares.place AS rank_difference
FROM step_shares
LEFT JOIN first_model_shares ON first_model_shares.step = step_shares.step
ORDER BY list_position($model, step_shares.model), step_shares.place, step_shares.step
