/*
question = "Which attribution model comes closest to the truth?"
doc = """
Each model's credit beside what each channel really caused, which only a synthetic warehouse knows: truth.order_cause says of every order \
which touch it would not have happened without. Shares are compared, because every model shares out all orders with a touch, while marketing caused only \
some of them: the rest would have happened anyway. over_credit is in orders, and is large for channels that people pass through on \
their way to an order they had already decided on (direct, search). A model that scores best here is best for a company like this \
one; no score carries over to another, but the direction of the errors usually does. markov and counterfactual, which learn from all \
paths and take longer, are scored when asked for. Empty truth leaves the columns that need it NULL."""
grain = ["model", "channel"]

[params]
model = { default = ["last", "first", "last_non_direct", "first_non_direct", "last_paid", "linear", "position", "w_shaped", "time_decay", "shapley"] }

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

entries AS (
    SELECT credited.model, credited.channel, credited.conversions, credited.revenue, 0 AS caused_conversions, 0 AS caused_revenue
    FROM credited
    UNION ALL
    SELECT asked.model, caused.channel, 0, 0, caused.conversions, caused.revenue
    FROM caused
    CROSS JOIN asked
    UNION ALL
    SELECT DISTINCT asked.model, path_steps.channel, 0, 0, 0, 0
    FROM path_steps
    CROSS JOIN asked
),

paired AS (
    SELECT
        entries.model,
        entries.channel,
        sum(entries.conversions) AS conversions,
        sum(entries.revenue) AS revenue,
        sum(entries.caused_conversions) AS caused_conversions,
        sum(entries.caused_revenue) AS caused_revenue
    FROM entries
    GROUP BY entries.model, entries.channel
),

-- Equals share the mean of their places, as Spearman wants it.
shared AS (
    SELECT
        paired.*,
        paired.conversions / nullif(sum(paired.conversions) OVER (PARTITION BY paired.model ORDER BY paired.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS conversion_share,
        paired.revenue / nullif(sum(paired.revenue) OVER (PARTITION BY paired.model ORDER BY paired.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS revenue_share,
        CAST(paired.caused_conversions AS DOUBLE) / nullif(sum(paired.caused_conversions) OVER (PARTITION BY paired.model ORDER BY paired.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS caused_share,
        paired.caused_revenue / nullif(sum(paired.caused_revenue) OVER (PARTITION BY paired.model ORDER BY paired.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0) AS caused_revenue_share,
        rank() OVER (PARTITION BY paired.model ORDER BY round(paired.conversions, 6))
        + (count(*) OVER (PARTITION BY paired.model, round(paired.conversions, 6)) - 1) / 2.0 AS place,
        rank() OVER (PARTITION BY paired.model ORDER BY paired.caused_conversions)
        + (count(*) OVER (PARTITION BY paired.model, paired.caused_conversions) - 1) / 2.0 AS caused_place
    FROM paired
),

scored AS (
    SELECT
        shared.*,
        avg(abs(shared.conversion_share - shared.caused_share)) OVER (PARTITION BY shared.model ORDER BY shared.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS mean_absolute_error,
        avg(abs(shared.revenue_share - shared.caused_revenue_share)) OVER (PARTITION BY shared.model ORDER BY shared.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS revenue_mean_absolute_error,
        CASE
            WHEN
                max(shared.place) OVER (PARTITION BY shared.model) > min(shared.place) OVER (PARTITION BY shared.model)
                AND max(shared.caused_place) OVER (PARTITION BY shared.model)
                > min(shared.caused_place) OVER (PARTITION BY shared.model)
                THEN corr(shared.place, shared.caused_place) OVER (PARTITION BY shared.model ORDER BY shared.channel ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        END AS rank_correlation
    FROM shared
),

ranked AS (
    SELECT
        scored.*,
        CASE
            WHEN scored.mean_absolute_error IS NOT NULL
                THEN dense_rank() OVER (ORDER BY round(scored.mean_absolute_error, 12) NULLS LAST)
        END AS model_rank
    FROM scored
)

SELECT
    ranked.model,
    ranked.channel,
    ranked.conversions,
    CAST(ranked.caused_conversions AS BIGINT) AS caused_conversions,
    ranked.conversions - ranked.caused_conversions AS over_credit,
    ranked.conversion_share,
    ranked.caused_share,
    ranked.conversion_share - ranked.caused_share AS share_error,
    ranked.revenue_share,
    ranked.caused_revenue_share,
    ranked.mean_absolute_error,
    ranked.revenue_mean_absolute_error,
    ranked.rank_correlation,
    CAST(ranked.model_rank AS BIGINT) AS model_rank
FROM ranked
ORDER BY ranked.model_rank NULLS LAST, list_position($model, ranked.model), ranked.caused_conversions DESC, ranked.channel
