/*
[params]
first_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the first touch. With the last touch's at most 1; touches in the middle share the rest. Two touches share in the ratio of both, alike if both are 0." }
last_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the last touch." }
*/
{# The rules that look at one path only. Reads journey_steps, requested_models. others: whether other models are among the words. #}
{% set rules = ["first", "last", "first_non_direct", "last_non_direct", "last_paid", "linear", "position", "w_shaped"] %}
{% macro shares(model) %}
{% set ranks = {
    "first_non_direct": "is_direct, place",
    "last_non_direct": "is_direct, place DESC",
    "last_paid": "is_paid DESC, is_direct, place DESC",
} %}
{% set ranked = ranks | select("in", model) | list %}
{% if ranked %}
-- Where each rule would look first for its one step.
ranked_steps AS (
    SELECT
        {% for rule in ranked %}
        row_number() OVER (PARTITION BY journey_id ORDER BY {{ ranks[rule] }}) AS {{ rule }}_rank,
        {% endfor %}
        journey_steps.*
    FROM journey_steps
),

{% endif %}
rule_shares AS (
    SELECT
        requested_models.model,
        journey_id,
        touchpoint_id,
        days_before,
        place,
        path_length,
        step,
        channel,
        campaign_key,
        CASE requested_models.model
            {% if "linear" in model %}
            WHEN 'linear' THEN 1 / path_length
            {% endif %}
            {% if "first" in model %}
            WHEN 'first' THEN CASE WHEN place = 1 THEN 1 ELSE 0 END
            {% endif %}
            {% if "last" in model %}
            WHEN 'last' THEN CASE WHEN place = path_length THEN 1 ELSE 0 END
            {% endif %}
            {% for rule in ranked %}
            WHEN '{{ rule }}' THEN CASE WHEN {{ rule }}_rank = 1 THEN 1 ELSE 0 END
            {% endfor %}
            {% if "w_shaped" in model %}
            WHEN 'w_shaped' THEN CASE
                WHEN path_length <= 3 THEN 1 / path_length
                WHEN place IN (1, path_length // 2 + 1, path_length) THEN 0.3
                ELSE 0.1 / (path_length - 3)
            END
            {% endif %}
            {% if "position" in model %}
            WHEN 'position' THEN CASE
                WHEN $first_weight + $last_weight > 1.000001
                    THEN error('first_weight and last_weight must not exceed 1 together')
                WHEN path_length = 1 THEN 1
                WHEN path_length = 2 AND $first_weight + $last_weight = 0 THEN 0.5
                WHEN path_length = 2 AND place = 1 THEN $first_weight / ($first_weight + $last_weight)
                WHEN path_length = 2 THEN $last_weight / ($first_weight + $last_weight)
                WHEN place = 1 THEN $first_weight / greatest($first_weight + $last_weight, 1)
                WHEN place = path_length THEN $last_weight / greatest($first_weight + $last_weight, 1)
                ELSE greatest(1 - $first_weight - $last_weight, 0) / (path_length - 2)
            END
            {% endif %}
        END AS share
    FROM {{ "ranked_steps" if ranked else "journey_steps" }}
    {% if model | reject("in", rules) | list %}
    INNER JOIN requested_models ON requested_models.model IN ('{{ model | select("in", rules) | join("', '") }}')
    {% else %}
    CROSS JOIN requested_models
    {% endif %}
)
{%- endmacro %}
