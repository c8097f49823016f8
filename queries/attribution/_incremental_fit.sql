/*
[params]
fit = { type = "str", default = "incremental", doc = "Name of the fit of the model incremental, as martlet model fit was told." }
*/
{% from "_shared/models/stale.sql" import newest_load, when_stale %}
{# One row: the totals of the fit, NULL where there is none that can be used, and what there is in words. Reads no other relation. #}
{% macro fitted() %}
fit_rows AS (
    SELECT registry.as_of, registry.load_id, registry.converged, parameter.name, parameter.value
    FROM model.registry AS registry
    LEFT JOIN model.parameter AS parameter ON parameter.model = registry.model
    WHERE registry.model = $fit || '.declustering'
),

fit_checks AS (
    SELECT count(*) AS failed_checks
    FROM model.diagnostic AS checked
    WHERE checked.model = $fit || '.declustering' AND NOT checked.is_passed
),

{{ newest_load() }},

fit_sums AS (
    SELECT
        max(as_of) AS fit_as_of,
        max(load_id) AS fit_load_id,
        bool_and(converged) AS has_converged,
        max(CASE WHEN name = 'orders' THEN value END) AS all_orders,
        max(CASE WHEN name = 'orders_of_habit' THEN value END) AS habit_orders,
        max(CASE WHEN name = 'orders_not_recognised' THEN value END) AS not_recognised_orders
    FROM fit_rows
),

fitted AS (
    SELECT
        fit_sums.fit_as_of,
        fit_sums.all_orders,
        fit_sums.habit_orders,
        fit_sums.not_recognised_orders,
        CASE
            WHEN fit_as_of IS NULL THEN 'not fitted: run martlet model fit incremental'
            WHEN NOT has_converged THEN 'doubtful: the fit had not come to rest'
            {{ when_stale("fit_load_id") }}
            WHEN failed_checks > 0 THEN 'fitted, but ' || failed_checks || ' of its checks failed: see model.diagnostic'
            ELSE 'fitted'
        END AS fit_status
    FROM fit_sums
    CROSS JOIN newest_load
    CROSS JOIN fit_checks
)
{%- endmacro %}
