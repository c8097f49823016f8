/*
question = "What does each channel add to the sets of channels that win orders?"
doc = """
Each set of channels that some order was reached through, and the Shapley value of each member: what it adds on average, over all \
orders in which the members can join the set. With shapley_v = conversions the value of a set is the orders \
reached through nothing but its members, and the Shapley values then come to an equal split of every order among its distinct \
channels: simple, and blind to what works. With rate it is the share of paths of exactly this set that end in an order (nothing for a set never seen \
to order); that looks at people who did not order too, but a rare set weighs as much as a common one, and a channel that is often there in \
vain gets negative credit, which is shown as it is. The order of touches, and repeats, do not count."""
grain = ["steps", "step"]

[params]
shapley_v = { type = "choice", of = ["conversions", "rate"], default = "rate", doc = "What a set is worth: the orders reached through its members, or the share of its paths that end in an order." }

[columns]
steps = "The set of channels or campaigns, in alphabetical order."
step = "One of them."
size = "How many there are."
conversions = "Orders whose touches were of exactly this set."
non_conversions = "People whose touches were, and who did not order."
conversion_rate = "conversions / (conversions + non_conversions)."
share = "Share of these orders that the member is credited with; can be negative, and more than 1, by rate. The shares of a set sum to 1."
credited_conversions = "share times conversions."
credited_revenue = "share times the net revenue of these orders."
*/
{% from "attribution/_breakdown.sql" import dimension %}
{% set null_paths_when = "true" %}
{% set ages_when = "false" %}
{% set shapley_rate_when = "true" %}
WITH {% include "attribution/_paths.sql" %},

{% include "attribution/_shapley_rate.sql" %},

labels AS (
    SELECT DISTINCT node, label
    FROM path_steps
),

shared AS (
    SELECT
        string_agg(labels.label, ' + ') OVER (
            PARTITION BY shapley_values.members ORDER BY labels.label
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS steps,
        labels.label AS step,
        shapley_values.size,
        shapley_values.conversions,
        shapley_values.non_conversions,
        shapley_values.revenue,
        shapley_values.rate,
        CASE $shapley_v
            WHEN 'rate' THEN shapley_values.share
            ELSE CAST(1 AS DOUBLE) / shapley_values.size
        END AS share
    FROM shapley_values
    INNER JOIN labels ON labels.node = shapley_values.node
)

SELECT
    steps,
    step,
    CAST(size AS BIGINT) AS size,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(non_conversions AS BIGINT) AS non_conversions,
    rate AS conversion_rate,
    share,
    share * CAST(conversions AS DOUBLE) AS credited_conversions,
    share * CAST(revenue AS DOUBLE) AS credited_revenue
FROM shared
ORDER BY conversions DESC, steps, step
