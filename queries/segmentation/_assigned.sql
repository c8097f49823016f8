{# Each customer who has bought, with the nearest two clusters of the fit; NULL without a fit. #}
{% from "segmentation/_points.sql" import fit_features, points, raw_values, seats %}
{% set most = 12 %}
{% macro assigned() %}
{{ fit_features() }},

{{ raw_values() }},

{{ points() }},

-- A list with a value a seat.
centroid_rows AS (
    SELECT
        centroid.cluster,
        [
            {% for seat in range(1, seats + 1) %}
            coalesce(max(CASE WHEN fit_features.seat = {{ seat }} THEN centroid.value END), 0){{ "" if loop.last else "," }}
            {% endfor %}
        ] AS middle
    FROM model.centroid AS centroid
    INNER JOIN fit_features ON fit_features.position = centroid.position
    WHERE centroid.model = $fit || '.k_means'
    GROUP BY centroid.cluster
),

centroid_lists AS (
    SELECT
        {% for cluster in range(1, most + 1) %}
        max(CASE WHEN cluster = {{ cluster }} THEN middle END) AS middle{{ cluster }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM centroid_rows
),

point_lists AS (
    SELECT
        customer_key,
        customer_id,
        monetary,
        [
            {% for seat in range(1, seats + 1) %}
            z{{ seat }}{{ "" if loop.last else "," }}
            {% endfor %}
        ] AS point
    FROM points
),

distances AS (
    SELECT
        point_lists.customer_key,
        point_lists.customer_id,
        point_lists.monetary,
        {% for cluster in range(1, most + 1) %}
        list_distance(point_lists.point, centroid_lists.middle{{ cluster }}) AS d{{ cluster }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM point_lists
    CROSS JOIN centroid_lists
),

nearest AS (
    SELECT
        distances.*,
        least({% for cluster in range(1, most + 1) %}d{{ cluster }}{{ "" if loop.last else ", " }}{% endfor %}) AS distance
    FROM distances
),

labelled AS (
    SELECT
        nearest.*,
        CASE distance
            {% for cluster in range(1, most + 1) %}
            WHEN d{{ cluster }} THEN {{ cluster }}
            {% endfor %}
        END AS cluster
    FROM nearest
),

second_nearest AS (
    SELECT
        labelled.*,
        least({% for cluster in range(1, most + 1) %}CASE WHEN cluster <> {{ cluster }} THEN d{{ cluster }} END{{ "" if loop.last else ", " }}{% endfor %}) AS second_distance
    FROM labelled
),

assigned AS (
    SELECT
        customer_key,
        customer_id,
        monetary,
        cluster,
        distance,
        CASE
            {% for cluster in range(1, most + 1) %}
            WHEN cluster <> {{ cluster }} AND second_distance = d{{ cluster }} THEN {{ cluster }}
            {% endfor %}
        END AS second_cluster,
        second_distance
    FROM second_nearest
)
{%- endmacro %}

{# One row: whether there is a fit, in words. #}
{% macro fit_state() %}
fit_state AS (
    SELECT
        CASE
            WHEN count(registry.model) = 0 THEN 'not fitted: run martlet model fit segments'
            WHEN max(registry.load_id) < (SELECT max(load_id) FROM meta.load) THEN 'stale: fitted before the last load'
            WHEN NOT bool_and(registry.converged) THEN 'fitted, but not to the end: the clusters still moved'
            ELSE 'fitted'
        END AS fit_status
    FROM model.registry AS registry
    WHERE registry.model = $fit || '.k_means'
)
{%- endmacro %}
