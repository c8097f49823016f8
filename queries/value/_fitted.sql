/*
[params]
fit = { type = "str", default = "clv", doc = "Name of the fit whose parameters are used, as martlet model fit was told." }
*/
{% from "_shared/models/stale.sql" import newest_load, when_stale %}
{# One row: the parameters of the fit, NULL where there are none that can be used, and what there is in words. Reads no other relation. #}
{% macro fitted() %}
fit_rows AS (
    SELECT
        registry.model = $fit || '.bg_nbd' AS is_buying,
        registry.as_of AS fitted_until,
        registry.load_id,
        registry.converged,
        parameter.name,
        CASE WHEN registry.converged THEN parameter.value END AS value
    FROM model.registry AS registry
    LEFT JOIN model.parameter AS parameter ON parameter.model = registry.model
    WHERE registry.model = $fit || '.bg_nbd' OR registry.model = $fit || '.gamma_gamma'
),

{{ newest_load() }},

fit_sums AS (
    SELECT
        max(CASE WHEN is_buying AND name = 'r' THEN value END) AS r,
        max(CASE WHEN is_buying AND name = 'alpha' THEN value END) AS alpha,
        max(CASE WHEN is_buying AND name = 'a' THEN value END) AS a,
        max(CASE WHEN is_buying AND name = 'b' THEN value END) AS b,
        max(CASE WHEN NOT is_buying AND name = 'p' THEN value END) AS p,
        max(CASE WHEN NOT is_buying AND name = 'q' THEN value END) AS q,
        max(CASE WHEN NOT is_buying AND name = 'v' THEN value END) AS v,
        max(CASE WHEN is_buying THEN fitted_until END) AS fit_as_of,
        max(CASE WHEN is_buying THEN load_id END) AS fit_load_id,
        bool_and(CASE WHEN is_buying THEN converged END) AS is_buying_known
    FROM fit_rows
),

fitted AS (
    SELECT
        fit_sums.r,
        fit_sums.alpha,
        fit_sums.a,
        fit_sums.b,
        fit_sums.p,
        fit_sums.q,
        fit_sums.v,
        fit_sums.fit_as_of,
        CASE
            WHEN fit_as_of IS NULL THEN 'not fitted: run martlet model fit clv'
            WHEN NOT is_buying_known THEN 'not usable: the fit did not converge'
            {{ when_stale("fit_load_id") }}
            WHEN p IS NULL THEN 'fitted, but not what a purchase comes to'
            ELSE 'fitted'
        END AS fit_status
    FROM fit_sums
    CROSS JOIN newest_load
)
{%- endmacro %}
