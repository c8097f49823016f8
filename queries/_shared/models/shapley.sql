/*
[params]
shapley_v = { type = "choice", of = ["conversions", "rate", "counterfactual"], default = "conversions", doc = "What a set of channels is worth to the Shapley model: conversions, which comes to an equal split among the distinct channels of each path; rate, the share of the paths of exactly this set that end in an order, which ignores how many they are and can give negative credit; counterfactual, the same as that model." }
*/
{# The average part of each step in what sets of steps win. Reads path_steps. #}
{# The value of each member by rate: a set is worth the rate at which paths of just these steps end in an order. #}
{% macro values(when) %}
path_members AS MATERIALIZED (
    SELECT
        path_id,
        step_id,
        min(step) AS step,
        count(*) AS occurrences,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue
    FROM path_steps
    GROUP BY path_id, step_id
),

path_sets AS MATERIALIZED (
    SELECT
        path_id,
        count(*) AS size,
        list(step_id ORDER BY step_id) AS step_ids,
        list(step ORDER BY step_id) AS steps,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue
    FROM path_members
    GROUP BY path_id
),

-- Sets never seen to order are worth nothing, so only pairs of those that were add to a value.
coalitions AS MATERIALIZED (
    SELECT
        step_ids,
        steps,
        size,
        sum(conversions) AS conversions,
        sum(non_conversions) AS non_conversions,
        sum(revenue) AS revenue,
        main.ratio(sum(conversions), sum(conversions + non_conversions)) AS rate
    FROM path_sets
    WHERE {{ when }}
    GROUP BY step_ids, steps, size
    HAVING sum(conversions) > 0
),

-- All that is told of a set goes along, since each further reference to a relation computes it anew in old versions of DuckDB.
coalition_members AS MATERIALIZED (
    SELECT coalitions.*, unnest(step_ids) AS step_id
    FROM coalitions
),

subsets AS (
    SELECT
        whole.step_ids,
        whole.steps,
        whole.size,
        min(whole.conversions) AS conversions,
        min(whole.non_conversions) AS non_conversions,
        min(whole.revenue) AS revenue,
        min(whole.rate) AS rate,
        part.step_ids AS part_step_ids,
        part.size AS part_size,
        min(part.rate) AS worth
    FROM coalition_members AS whole
    INNER JOIN coalition_members AS part ON part.step_id = whole.step_id
    GROUP BY whole.step_ids, whole.steps, whole.size, part.step_ids, part.size
    HAVING count(*) = part.size
),

-- A set adds its worth to its own members, and takes it from those who join it later.
member_gains AS (
    SELECT
        subset_members.*,
        main.fixed_point(
            worth * CASE
                WHEN list_contains(part_step_ids, step_id)
                    THEN exp(lgamma(part_size) + lgamma(size - part_size + 1) - lgamma(size + 1))
                ELSE -exp(lgamma(part_size + 1) + lgamma(size - part_size) - lgamma(size + 1))
            END
        ) AS gain
    FROM (SELECT subsets.*, unnest(step_ids) AS step_id, unnest(steps) AS step FROM subsets) AS subset_members
),

shapley_values AS (
    SELECT
        step_ids,
        step_id,
        steps,
        step,
        size,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue,
        min(rate) AS rate,
        main.ratio(sum(gain), min(rate)) AS share
    FROM member_gains
    GROUP BY step_ids, step_id, steps, step, size
)
{%- endmacro %}

{# Needs the shares of the counterfactual model too. #}
{% macro path_shares(when) %}
{{ values("$shapley_v = 'rate' AND " ~ when) }},

shapley_shares AS (
    SELECT
        path_steps.path_id,
        path_steps.place,
        CASE $shapley_v
            WHEN 'conversions' THEN main.ratio(1, path_sets.size * path_members.occurrences)
            WHEN 'rate' THEN shapley_values.share / path_members.occurrences
            ELSE counterfactual_shares.share
        END AS share
    FROM path_steps
    INNER JOIN path_members ON path_members.path_id = path_steps.path_id AND path_members.step_id = path_steps.step_id
    INNER JOIN path_sets ON path_sets.path_id = path_steps.path_id
    LEFT JOIN shapley_values ON shapley_values.step_ids = path_sets.step_ids AND shapley_values.step_id = path_steps.step_id
    LEFT JOIN counterfactual_shares
        ON counterfactual_shares.path_id = path_steps.path_id AND counterfactual_shares.place = path_steps.place
    WHERE path_steps.conversions > 0 AND {{ when }}
)
{%- endmacro %}
