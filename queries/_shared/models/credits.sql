{# The credit of each step of each journey, from the shares of the families of models named. #}
{% macro requested_models(model=[]) %}
requested_models AS MATERIALIZED (
    {% if "incremental" in model %}
    SELECT asked.model
    FROM (SELECT unnest($model) AS model) AS asked
    -- The one model that must be fitted first.
    WHERE
        asked.model <> 'incremental'
        OR EXISTS (SELECT 1 FROM model.registry AS fits WHERE fits.model = 'incremental.declustering')
    {% else %}
    SELECT unnest($model) AS model
    {% endif %}
)
{%- endmacro %}

{% macro credits(shares) %}
-- As fixed-point numbers, whose sums are exact.
credits AS MATERIALIZED (
    SELECT
        shares.model,
        journey_id,
        touchpoint_id,
        days_before,
        place,
        path_length,
        step,
        channel,
        campaign_key,
        main.fixed_point(share) AS credit
    {% if shares | length == 1 %}
    FROM {{ shares[0] }} AS shares
    {% else %}
    FROM (SELECT * FROM {{ shares | join(" UNION ALL SELECT * FROM ") }}) AS shares
    {% endif %}
)
{%- endmacro %}
