/*
question = "Which attribution model comes closest to the truth?"
doc = """
Each model's credit beside what each channel really caused, which only a synthetic warehouse knows: truth.order_cause says of every order \
which touch it would not have happened without. Shares are compared, because every model shares out all orders with a touch, while marketing caused only \
some of them: the rest would have happened anyway. over_credit is in orders, and is large for channels that people pass through on \
their way to an order they had already decided on (direct, search). A model that scores best here is best for a company like this \
one; no score carries over to another, but the direction of the errors usually does. Empty truth leaves the columns that need it NULL."""
grain = ["model", "channel"]

[params]
model = { default = ["last", "first", "last_non_direct", "first_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual"] }

[columns]
model = "Model that gives the credit."
channel = "Channel."
conversions = "Orders credited."
caused_conversions = "Orders of the range that the channel really caused."
over_credit = "conversions - caused_conversions."
conversion_share = "Share of all orders that the model credits."
caused_share = "Share of all orders that channels caused."
share_error = "conversion_share - caused_share: positive where the model gives too much."
revenue_share = "Share of all revenue that the model credits."
caused_revenue_share = "Share of the revenue of all orders that channels caused."
mean_absolute_error = "Mean over the channels of the absolute share_error: the model's score, less is better."
revenue_mean_absolute_error = "The same for revenue."
rank_correlation = "Spearman's correlation between the model's and the true order of the channels, by orders: 1 is the same order."
model_rank = "Place of the model by mean_absolute_error, 1 is closest."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'channel'" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_credited.sql" %},

caused AS (
    SELECT
        channel.channel,
        count(*) AS conversions,
        CAST(sum(conversions.net_revenue) AS DOUBLE) AS revenue
    FROM truth.order_cause AS cause
    INNER JOIN conversions ON conversions.order_id = cause.order_id
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = cause.channel_key
    WHERE cause.cause = 'touch'
    GROUP BY channel.channel
),

by_channel AS (
    SELECT credited.model, nodes.channel, sum(credited.conversions) AS conversions, sum(credited.revenue) AS revenue
    FROM credited
    INNER JOIN nodes ON nodes.node = credited.node
    GROUP BY credited.model, nodes.channel
),

channels AS (
    SELECT channel FROM nodes
    UNION
    SELECT channel FROM caused
),

paired AS (
    SELECT
        asked.model,
        channels.channel,
        coalesce(by_channel.conversions, 0) AS conversions,
        coalesce(by_channel.revenue, 0) AS revenue,
        coalesce(caused.conversions, 0) AS caused_conversions,
        coalesce(caused.revenue, 0) AS caused_revenue
    FROM channels
    CROSS JOIN asked
    LEFT JOIN by_channel ON by_channel.channel = channels.channel AND by_channel.model = asked.model
    LEFT JOIN caused ON caused.channel = channels.channel
),

-- Equals share the mean of their places, as Spearman wants it.
shared AS (
    SELECT
        paired.*,
        paired.conversions / nullif(sum(paired.conversions) OVER of_model, 0) AS conversion_share,
        paired.revenue / nullif(sum(paired.revenue) OVER of_model, 0) AS revenue_share,
        CAST(paired.caused_conversions AS DOUBLE) / nullif(sum(paired.caused_conversions) OVER of_model, 0) AS caused_share,
        paired.caused_revenue / nullif(sum(paired.caused_revenue) OVER of_model, 0) AS caused_revenue_share,
        rank() OVER (PARTITION BY paired.model ORDER BY round(paired.conversions, 6))
        + (count(*) OVER (PARTITION BY paired.model, round(paired.conversions, 6)) - 1) / 2.0 AS place,
        rank() OVER (PARTITION BY paired.model ORDER BY paired.caused_conversions)
        + (count(*) OVER (PARTITION BY paired.model, paired.caused_conversions) - 1) / 2.0 AS caused_place
    FROM paired
    WINDOW of_model AS (PARTITION BY paired.model)
),

scores AS (
    SELECT
        shared.model,
        avg(abs(shared.conversion_share - shared.caused_share)) AS mean_absolute_error,
        avg(abs(shared.revenue_share - shared.caused_revenue_share)) AS revenue_mean_absolute_error,
        CASE WHEN sum(shared.caused_conversions) > 0 AND count(DISTINCT shared.place) > 1 AND count(DISTINCT shared.caused_place) > 1
            THEN corr(shared.place, shared.caused_place)
        END AS rank_correlation
    FROM shared
    GROUP BY shared.model
),

ranked AS (
    SELECT scores.*, CASE WHEN scores.mean_absolute_error IS NOT NULL THEN rank() OVER (ORDER BY round(scores.mean_absolute_error, 12)) END AS model_rank
    FROM scores
)

SELECT
    shared.model,
    shared.channel,
    shared.conversions,
    CAST(shared.caused_conversions AS BIGINT) AS caused_conversions,
    shared.conversions - shared.caused_conversions AS over_credit,
    shared.conversion_share,
    shared.caused_share,
    shared.conversion_share - shared.caused_share AS share_error,
    shared.revenue_share,
    shared.caused_revenue_share,
    ranked.mean_absolute_error,
    ranked.revenue_mean_absolute_error,
    ranked.rank_correlation,
    CAST(ranked.model_rank AS BIGINT) AS model_rank
FROM shared
INNER JOIN ranked ON ranked.model = shared.model
ORDER BY model_rank NULLS LAST, list_position($model, shared.model), shared.caused_conversions DESC, shared.channel
