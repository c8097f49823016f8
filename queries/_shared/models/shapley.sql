/*
[params]
shapley_v = { type = "choice", of = ["conversions", "rate", "counterfactual"], default = "conversions", doc = "What a set of channels is worth to the Shapley model: conversions, which comes to an equal split among the distinct channels of each path; rate, the share of the paths of exactly this set that end in an order, which ignores how many they are and can give negative credit; counterfactual, the same as that model." }
*/
{# The average part of each step in what sets of steps win. Reads paths, path_steps. #}
{# The value of each member by rate: a set is worth the rate at which paths of just these steps end in an order. #}
{% macro values(when) %}
path_members AS MATERIALIZED (
    SELECT path_id, step_id, min(step) AS step, count(*) AS occurrences
    FROM path_steps
    GROUP BY path_id, step_id
),

path_sets AS MATERIALIZED (
    SELECT path_id, string_agg(step_id, ' + ' ORDER BY step_id) AS set_id, count(*) AS size
    FROM path_members
    GROUP BY path_id
),

-- Sets never seen to order are worth nothing, so only pairs of those that were add to a value.
coalitions AS MATERIALIZED (
    SELECT
        path_sets.set_id,
        path_sets.size,
        min(path_sets.path_id) AS an_example,
        sum(paths.conversions) AS conversions,
        sum(paths.non_conversions) AS non_conversions,
        sum(paths.revenue) AS revenue,
        main.ratio(sum(paths.conversions), sum(paths.conversions + paths.non_conversions)) AS rate
    FROM path_sets
    INNER JOIN paths ON paths.path_id = path_sets.path_id
    WHERE {{ when }}
    GROUP BY path_sets.set_id, path_sets.size
    HAVING sum(paths.conversions) > 0
),

coalition_members AS MATERIALIZED (
    SELECT coalitions.set_id, coalitions.size, coalitions.rate, path_members.step_id, path_members.step
    FROM coalitions
    INNER JOIN path_members ON path_members.path_id = coalitions.an_example
),

subsets AS (
    SELECT whole.set_id, whole.size, part.set_id AS part_id, part.size AS part_size, min(part.rate) AS worth
    FROM coalition_members AS whole
    INNER JOIN coalition_members AS part ON part.step_id = whole.step_id
    GROUP BY whole.set_id, whole.size, part.set_id, part.size
    HAVING count(*) = part.size
),

-- A set adds its worth to its own members, and takes it from those who join it later.
shapley_values AS (
    SELECT
        member.set_id,
        member.step_id,
        member.step,
        main.ratio(
            sum(main.fixed_point(
                subsets.worth * CASE
                    WHEN part_member.step_id IS NULL
                        THEN -exp(lgamma(subsets.part_size + 1) + lgamma(subsets.size - subsets.part_size) - lgamma(subsets.size + 1))
                    ELSE exp(lgamma(subsets.part_size) + lgamma(subsets.size - subsets.part_size + 1) - lgamma(subsets.size + 1))
                END
            )),
            min(member.rate)
        ) AS share
    FROM coalition_members AS member
    INNER JOIN subsets ON subsets.set_id = member.set_id
    LEFT JOIN coalition_members AS part_member
        ON part_member.set_id = subsets.part_id AND part_member.step_id = member.step_id
    GROUP BY member.set_id, member.step_id, member.step
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
    LEFT JOIN shapley_values ON shapley_values.set_id = path_sets.set_id AND shapley_values.step_id = path_steps.step_id
    LEFT JOIN counterfactual_shares
        ON counterfactual_shares.path_id = path_steps.path_id AND counterfactual_shares.place = path_steps.place
    WHERE path_steps.conversions > 0 AND {{ when }}
)
{%- endmacro %}
