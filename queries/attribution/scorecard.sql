/*
question = "Which attribution model comes closest to the truth?"
doc = """
Each model's credit beside what each channel really caused, which only a synthetic warehouse knows: truth.order_cause says of every order \
which touch it would not have happened without. Shares are compared, because every model shares out all orders with a touch, while marketing caused only \
some of them: the rest would have happened anyway. over_credit is in orders, and is large for channels that people pass through on \
their way to an order they had already decided on (direct, search). A model that scores best here is best for a company like this \
one; no score carries over to another, but the direction of the errors usually does. markov and counterfactual, which learn from all \
paths and take longer, are scored when asked for; so is incremental, which must be fitted first (martlet model fit incremental) and has no rows until then. Empty truth leaves the columns that need it NULL."""
grain = ["model", "channel"]
headline = ["model", "channel", "conversions", "caused_conversions", "over_credit", "mean_absolute_error"]
needs = ["star.fact_touchpoint", "star.fact_order", "truth.order_cause"]
stored = true

[chart]
kind = "heat"
x = "model"
y = "channel"
series = "share_error"

[finding]
text = "The model {model} comes closest to what the channels caused: a channel's share is off by {error:percent} of all orders on the mean, by {worst} {worst_error:percent}."
sql = """
WITH models AS (
    SELECT model, max(mean_absolute_error) AS error, sum(caused_conversions) AS caused
    FROM answer
    GROUP BY model
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY error, model) AS place,
        lead(error) OVER (ORDER BY error, model) AS next_error,
        max(error) OVER () AS worst_error,
        first_value(model) OVER (ORDER BY error DESC, model) AS worst
    FROM models
    WHERE error IS NOT NULL
)
SELECT model, error, worst, worst_error
FROM ranked
WHERE place = 1 AND error < next_error AND caused >= 30"""

[params]
model = { of = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "markov", "shapley", "counterfactual", "incremental"], default = ["last", "first", "last_non_direct", "first_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "shapley"] }

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
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign="false") }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited(model, path_transform) }},

-- What channels really caused.
caused_orders AS (
    SELECT channel.channel, count(*) AS conversions, sum(conversions.net_revenue) AS revenue
    FROM truth.order_cause AS cause
    INNER JOIN conversions ON conversions.order_id = cause.order_id
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = cause.channel_key
    WHERE cause.cause = 'touch'
    GROUP BY channel.channel
),

channel_entries AS (
    SELECT credited.model, channel, conversions, revenue, CAST(0 AS BIGINT) AS caused_conversions, CAST(0 AS DECIMAL(38, 2)) AS caused_revenue
    FROM credited
    UNION ALL
    SELECT requested_models.model, caused_orders.channel, 0, 0, caused_orders.conversions, caused_orders.revenue
    FROM caused_orders
    CROSS JOIN requested_models
    UNION ALL
    SELECT DISTINCT requested_models.model, journey_steps.channel, 0, 0, 0, 0
    FROM journey_steps
    CROSS JOIN requested_models
),

channel_sums AS (
    SELECT
        channel_entries.model,
        channel,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue,
        CAST(sum(caused_conversions) AS BIGINT) AS caused_conversions,
        sum(caused_revenue) AS caused_revenue
    FROM channel_entries
    GROUP BY channel_entries.model, channel
),

-- Equals share the mean of their places, as Spearman wants it.
channel_shares AS (
    SELECT
        channel_sums.*,
        main.ratio(conversions, sum(conversions) OVER (PARTITION BY channel_sums.model)) AS conversion_share,
        main.ratio(revenue, sum(revenue) OVER (PARTITION BY channel_sums.model)) AS revenue_share,
        main.ratio(caused_conversions, sum(caused_conversions) OVER (PARTITION BY channel_sums.model)) AS caused_share,
        main.ratio(caused_revenue, sum(caused_revenue) OVER (PARTITION BY channel_sums.model)) AS caused_revenue_share,
        rank() OVER (PARTITION BY channel_sums.model ORDER BY round(conversions, 6))
        + (count(*) OVER (PARTITION BY channel_sums.model, round(conversions, 6)) - 1) / 2 AS place,
        rank() OVER (PARTITION BY channel_sums.model ORDER BY caused_conversions)
        + (count(*) OVER (PARTITION BY channel_sums.model, caused_conversions) - 1) / 2 AS caused_place
    FROM channel_sums
),

model_scores AS (
    SELECT
        channel_shares.model,
        main.ratio(sum(main.fixed_point(abs(conversion_share - caused_share))), count(conversion_share - caused_share))
            AS mean_absolute_error,
        main.ratio(
            sum(main.fixed_point(abs(revenue_share - caused_revenue_share))), count(revenue_share - caused_revenue_share)
        ) AS revenue_mean_absolute_error,
        -- Correlation of the places, whose sums are exact.
        main.ratio(
            count(*) * sum(place * caused_place) - sum(place) * sum(caused_place),
            sqrt(count(*) * sum(place * place) - sum(place) * sum(place))
            * sqrt(count(*) * sum(caused_place * caused_place) - sum(caused_place) * sum(caused_place))
        ) AS rank_correlation
    FROM channel_shares
    GROUP BY channel_shares.model
),

model_ranks AS (
    SELECT
        model_scores.*,
        CASE
            WHEN mean_absolute_error IS NOT NULL
                THEN dense_rank() OVER (ORDER BY round(mean_absolute_error, 12) NULLS LAST)
        END AS model_rank
    FROM model_scores
)

SELECT
    channel_shares.model,
    channel_shares.channel,
    CAST(channel_shares.conversions AS DOUBLE) AS conversions,
    channel_shares.caused_conversions,
    CAST(channel_shares.conversions - channel_shares.caused_conversions AS DOUBLE) AS over_credit,
    channel_shares.conversion_share,
    channel_shares.caused_share,
    channel_shares.conversion_share - channel_shares.caused_share AS share_error,
    channel_shares.revenue_share,
    channel_shares.caused_revenue_share,
    model_ranks.mean_absolute_error,
    model_ranks.revenue_mean_absolute_error,
    model_ranks.rank_correlation,
    model_ranks.model_rank
FROM channel_shares
INNER JOIN model_ranks ON model_ranks.model = channel_shares.model
ORDER BY
    model_ranks.model_rank NULLS LAST,
    list_position($model, channel_shares.model),
    channel_shares.caused_conversions DESC,
    channel_shares.channel
