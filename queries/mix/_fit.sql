/*
[params]
fit = { type = "str", default = "mix", doc = "Name of the fit, as martlet model fit mix was told." }
*/
{% from "_shared/models/stale.sql" import newest_load, when_stale %}
{# One row of a fit with its figures and what there is in words, and none where nothing was fitted. Reads no other relation. #}
{% macro fitted() %}
{{ newest_load() }},

all_fits AS (
    SELECT list_sort(list(split_part(registry.model, '.', 1))) AS names
    FROM model.registry AS registry
    WHERE registry.task = 'mix'
),

figures AS (
    SELECT
        parameter.model,
        max(CASE WHEN parameter.name = 'is_revenue' THEN parameter.value END) AS is_revenue,
        max(CASE WHEN parameter.name = 'revenue_per_order' THEN parameter.value END) AS revenue_per_order,
        max(CASE WHEN parameter.name = 'sales' THEN parameter.value END) AS all_sales,
        max(CASE WHEN parameter.name = 'weeks' THEN parameter.value END) AS weeks,
        max(CASE WHEN parameter.name = 'weeks_year' THEN parameter.value END) AS weeks_year,
        max(CASE WHEN parameter.name = 'regions' THEN parameter.value END) AS regions
    FROM model.parameter AS parameter
    GROUP BY parameter.model
),

fitted AS (
    SELECT
        registry.model,
        registry.as_of,
        figures.all_sales,
        figures.weeks,
        figures.weeks_year,
        figures.regions,
        CASE WHEN figures.is_revenue = 1 THEN 'revenue' ELSE 'orders' END AS outcome,
        CASE WHEN figures.is_revenue = 1 THEN 1 ELSE figures.revenue_per_order END AS revenue_per_sale,
        CASE
            WHEN NOT registry.converged THEN 'doubtful: the fit had not come to rest'
            {{ when_stale("registry.load_id") }}
            ELSE 'fitted'
        END AS fit_status
    FROM model.registry AS registry
    INNER JOIN figures ON figures.model = registry.model
    CROSS JOIN newest_load
    CROSS JOIN all_fits
    WHERE
        registry.task = 'mix'
        AND CASE
            WHEN split_part(registry.model, '.', 1) = $fit THEN true
            WHEN list_contains(all_fits.names, $fit) THEN false
            ELSE error('fit must be one of: ' || array_to_string(all_fits.names, ', '))
        END
)
{%- endmacro %}

{# A condition: what a channel brought is at least roughly known, by half the width of its interval against its sales. #}
{% macro is_roughly_known(half_width) %}{{ half_width }} <= 0.75{% endmacro %}
