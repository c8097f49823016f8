/*
[params]
fit = { type = "str", default = "churn", doc = "Name of the fit, as martlet model fit was told: by default that of its task, such as churn, purchase or next_value." }
*/
{# The model of a fit whose scores are given out, one row, or none. Reads no other relation. #}
{% macro chosen() %}
chosen AS (
    SELECT registry.model, registry.task, registry.load_id
    FROM model.registry AS registry
    WHERE registry.is_chosen AND starts_with(registry.model, $fit || '.')
)
{%- endmacro %}
