/*
[params]
fit = { type = "str", default = "uplift", doc = "Name of the fit, as martlet model fit uplift was told by --name: by default uplift." }
*/
{# The model of a fit whose list is given out, one row with what its trial told, or none where nothing was fitted. Reads no other relation. #}
{% macro chosen() %}
fits AS (
    SELECT trials.*, split_part(trials.model, '.', 1) AS name
    FROM model.study AS trials
),

all_fits AS (
    SELECT list_sort(list(name)) AS names
    FROM fits
),

chosen AS (
    SELECT
        fits.model,
        fits.study,
        fits.trial,
        fits.action,
        fits.horizon_days,
        fits.tested_from,
        fits.effect,
        fits.centre,
        fits.shrink,
        fits.order_value AS usual_value,
        fits.contact_cost AS usual_cost
    FROM fits
    CROSS JOIN all_fits
    WHERE
        CASE
            WHEN fits.name = $fit THEN true
            WHEN list_contains(all_fits.names, $fit) THEN false
            ELSE error('fit must be one of: ' || array_to_string(all_fits.names, ', '))
        END
)
{%- endmacro %}
