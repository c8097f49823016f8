{% import "_shared/models/transitions.sql" as chain %}
{% import "_shared/models/markov_first_order.sql" as first_order %}
{% import "_shared/models/markov_higher_orders.sql" as higher_orders %}
{# What is lost when nobody can pass through a step any more. Reads path_steps. Needs WITH RECURSIVE.
   What orders bring in (gains) and what refunds larger than orders take away (losses) are followed apart, so that revenue below zero
   is shared out like any other. #}
{% macro removal_effects(when="true") %}
{{ chain.transitions(when) }},

edges AS MATERIALIZED (
    SELECT
        transitions.from_state,
        CASE kinds.kind WHEN 'move' THEN transitions.to_state ELSE kinds.kind END AS to_state,
        CASE kinds.kind WHEN 'move' THEN transitions.to_step ELSE kinds.kind END AS to_step,
        CASE kinds.kind
            WHEN 'move' THEN transitions.probability
            WHEN '(gains)' THEN transitions.revenue_rate + transitions.loss_rate
            ELSE transitions.loss_rate
        END AS weight
    FROM transitions
    CROSS JOIN (VALUES ('move'), ('(gains)'), ('(losses)')) AS kinds (kind)
    WHERE
        transitions.to_state <> '(null)'
        AND (kinds.kind = 'move' OR transitions.to_state = '(conversion)')
        AND (kinds.kind <> '(losses)' OR transitions.loss_rate > 0)
),

{{ first_order.removal() }},

{{ higher_orders.removal() }},

removal_effects AS MATERIALIZED (
    SELECT
        step,
        conversions / nullif(all_conversions, 0) AS effect,
        gains / nullif(all_gains, 0) AS gain_effect,
        losses / nullif(all_losses, 0) AS loss_effect,
        (gains - coalesce(losses, 0)) / nullif(all_gains - coalesce(all_losses, 0), 0) AS revenue_effect
    FROM (SELECT * FROM first_order_removal UNION ALL SELECT * FROM higher_order_removal) AS removals
)
{%- endmacro %}

{# The credit of each step: its part of all that is lost step by step, which is more than there is, since a path has many steps. #}
{% macro credited(when) %}
removal_shares AS (
    SELECT
        step,
        {% for kind in ["", "gain_", "loss_"] %}
        main.ratio(
            main.fixed_point({{ kind }}effect), sum(main.fixed_point({{ kind }}effect)) OVER ()
        ) AS {{ kind }}share{{ "" if loop.last else "," }}
        {% endfor %}
    FROM removal_effects
),

markov_credited AS (
    SELECT
        'markov' AS model,
        known.channel,
        known.campaign_key,
        sum(coalesce(main.fixed_point(removal_shares.share), 0) * totals.conversions) AS conversions,
        sum(
            coalesce(main.fixed_point(removal_shares.gain_share), 0) * totals.gains
            - coalesce(main.fixed_point(removal_shares.loss_share), 0) * totals.losses
        ) AS revenue
    FROM (SELECT DISTINCT step, channel, campaign_key FROM path_steps) AS known
    CROSS JOIN (
        SELECT
            CAST(coalesce(sum(conversions), 0) AS BIGINT) AS conversions,
            coalesce(sum(revenue + losses), 0) AS gains,
            coalesce(sum(losses), 0) AS losses
        FROM paths
    ) AS totals
    LEFT JOIN removal_shares ON removal_shares.step = known.step
    WHERE {{ when }}
    GROUP BY known.channel, known.campaign_key
)
{%- endmacro %}

{# Markov knows no single order: a path is shared in the ratio of what is lost without each of its steps. #}
{% macro path_shares() %}
removal_weights AS (
    SELECT
        path_steps.path_id,
        path_steps.place,
        main.fixed_point(
            removal_effects.effect / count(*) OVER (PARTITION BY path_steps.path_id, path_steps.step)
        ) AS weight
    FROM path_steps
    INNER JOIN removal_effects ON removal_effects.step = path_steps.step
    WHERE path_steps.conversions > 0
),

markov_shares AS (
    SELECT path_id, place, main.ratio(weight, sum(weight) OVER (PARTITION BY path_id)) AS share
    FROM removal_weights
)
{%- endmacro %}
