/*
question = "How far do the models disagree about each channel?"
doc = """
The share of all attributed orders and revenue that each model gives to each channel or campaign, its rank, and the difference \
from the first model asked for. Where all agree, the choice of a model does not matter; where they do not, look at what each \
assumes before money moves: last rewards what closes, first what opens, linear what is there often, markov, shapley and \
counterfactual what sets the paths that end in an order apart. Agreement is no proof: all see the same touches, and none sees those who \
would have ordered anyway. markov and counterfactual, which learn from all paths and take longer, are compared when asked for. Orders without an eligible touch are left out; attribution/channels holds them."""
grain = ["model", "step"]

[params]
model = { default = ["last", "first", "last_non_direct", "first_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "shapley"] }

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
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% from "attribution/_breakdown.sql" import dimension %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_credited.sql" %},

entries AS (
    SELECT credited.model, credited.channel, credited.campaign_key, credited.campaign_id, credited.conversions, credited.revenue
    FROM credited
    UNION ALL
    SELECT DISTINCT asked.model, path_steps.channel, path_steps.campaign_key, path_steps.campaign_id, 0, 0
    FROM path_steps
    CROSS JOIN asked
),

by_step AS (
    SELECT
        entries.model,
        CASE WHEN entries.campaign_key = 0 THEN entries.channel ELSE entries.channel || ' / ' || entries.campaign_id END AS step,
        sum(entries.conversions) AS conversions,
        sum(entries.revenue) AS revenue
    FROM entries
    GROUP BY 1, 2
),

shared AS (
    SELECT
        by_step.*,
        by_step.conversions / nullif(sum(by_step.conversions) OVER (PARTITION BY by_step.model ORDER BY by_step.step ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS conversion_share,
        by_step.revenue / nullif(sum(by_step.revenue) OVER (PARTITION BY by_step.model ORDER BY by_step.step ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS revenue_share,
        rank() OVER (PARTITION BY by_step.model ORDER BY round(by_step.conversions, 9) DESC) AS place
    FROM by_step
),

compared AS (
    SELECT
        shared.*,
        max(CASE WHEN shared.model = list_extract($model, 1) THEN shared.conversion_share END) OVER (PARTITION BY shared.step) AS first_share,
        max(CASE WHEN shared.model = list_extract($model, 1) THEN shared.place END) OVER (PARTITION BY shared.step) AS first_place
    FROM shared
)

SELECT
    compared.model,
    compared.step,
    compared.conversions,
    compared.revenue,
    compared.conversion_share,
    compared.revenue_share,
    CAST(compared.place AS BIGINT) AS rank,
    compared.conversion_share - compared.first_share AS share_difference,
    CAST(compared.first_place - compared.place AS BIGINT) AS rank_difference
FROM compared
ORDER BY list_position($model, compared.model), compared.place, compared.step
