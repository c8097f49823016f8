/*
[params]
fit = { type = "str", default = "churn", doc = "Name of the fit, as martlet model fit was told: by default that of its task, such as churn, purchase or next_value." }
*/
{# The model of a fit whose scores are given out, one row, or none where nothing was fitted: of those that have left rows in a table of the schema
   model, for subject lines have no scores, and visits keep none. Reads no other relation. #}
{% macro chosen(table) %}
fits AS (
    SELECT registry.model, registry.task, registry.load_id, split_part(registry.model, '.', 1) AS name
    FROM model.registry AS registry
    WHERE registry.is_chosen AND registry.model IN (SELECT kept.model FROM model.{{ table }} AS kept)
),

all_fits AS (
    SELECT list_sort(list(name)) AS names
    FROM fits
),

chosen AS (
    SELECT fits.model, fits.task, fits.load_id
    FROM fits
    CROSS JOIN all_fits
    WHERE
        CASE
            WHEN fits.name = $fit THEN true
            WHEN list_contains(all_fits.names, $fit) THEN false
            ELSE error('fit must be one of: ' || array_to_string(all_fits.names, ', ') || '; martlet model fit makes others')
        END
)
{%- endmacro %}
