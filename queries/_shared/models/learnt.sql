{% import "_shared/journeys/paths.sql" as journeys %}
{% import "_shared/models/counterfactual.sql" as counterfactual %}
{% import "_shared/models/shapley.sql" as shapley %}
{% import "_shared/models/markov.sql" as markov %}
{# The models that learn from all paths. Reads journey_steps and journeys.
   whole: whether markov shares out the whole company at once, as markov_credited, rather than order by order. #}

{# SQL condition under which they look at people who did not order; "false" when none of them is among the words. #}
{% macro null_paths(model) %}
{% set conditions = [
    "list_contains($model, 'markov')" if "markov" in model,
    "list_contains($model, 'counterfactual')" if "counterfactual" in model,
    "(list_contains($model, 'shapley') AND $shapley_v <> 'conversions')" if "shapley" in model,
] | select | list %}
{{- "(" ~ conditions | join(" OR ") ~ ")" if conditions else "false" }}
{%- endmacro %}

{% macro relations(model, path_transform, whole) %}
{% set by_path = ["markov" if "markov" in model and not whole, "counterfactual" if "counterfactual" in model, "shapley" if "shapley" in model] | select | list %}
{{ journeys.paths(path_transform, "list_has_any($model, ['markov', 'counterfactual', 'shapley'])") }}
{%- if "counterfactual" in model or "shapley" in model %}
,

{{ counterfactual.path_shares("(list_contains($model, 'counterfactual') OR $shapley_v = 'counterfactual')") }}
{%- endif %}
{%- if "shapley" in model %}
,

{{ shapley.path_shares("list_contains($model, 'shapley')") }}
{%- endif %}
{%- if "markov" in model %}
,

{{ markov.removal_effects("list_contains($model, 'markov')") }},

{{ markov.credited("list_contains($model, 'markov')") if whole else markov.path_shares() }}
{%- endif %}
{%- if by_path %}
,

learnt_shares AS (
    SELECT
        path_shares.model,
        journey_steps.journey_id,
        journey_steps.touchpoint_id,
        journey_steps.days_before,
        journey_steps.place,
        journey_steps.path_length,
        journey_steps.step,
        journey_steps.channel,
        journey_steps.campaign_key,
        path_shares.share
    FROM journey_paths
    INNER JOIN (
        {% for name in by_path %}
        SELECT '{{ name }}' AS model, path_id, place, share FROM {{ name }}_shares WHERE list_contains($model, '{{ name }}')
        {% if not loop.last %}
        UNION ALL
        {% endif %}
        {% endfor %}
    ) AS path_shares ON path_shares.path_id = journey_paths.path_id
    INNER JOIN journey_steps
        ON journey_steps.journey_id = journey_paths.journey_id AND journey_steps.place = path_shares.place
    -- Journeys of people who did not order have numbers below zero.
    WHERE journey_paths.journey_id >= 0
)
{%- endif %}
{%- endmacro %}
