{# What is at the end of each journey. Reads conversions, null_journeys. #}
{% macro journeys() %}
journeys AS (
    SELECT
        order_id AS journey_id,
        CAST(1 AS BIGINT) AS conversions,
        net_revenue AS revenue,
        greatest(-net_revenue, 0) AS losses,
        CAST(0 AS BIGINT) AS non_conversions
    FROM conversions
    UNION ALL
    SELECT journey_id, 0, 0, 0, people
    FROM null_journeys
)
{%- endmacro %}

{# The steps of a journey as one text. A step's number tells it from others of the same name. #}
{% macro path_id(path_transform) %}
{% if "frequency" in path_transform -%}
string_agg(step_key || CASE WHEN times IS NULL THEN '' ELSE '(' || times || ')' END, ' > ' ORDER BY place)
{%- else -%}
string_agg(CAST(step_key AS VARCHAR), ' > ' ORDER BY place)
{%- endif %}
{%- endmacro %}

{# Each distinct path once, with the orders and people at its end: what the models that learn work on.
   Reads journey_steps and journeys: journey_id, conversions, revenue (net), losses (what is below zero of it, as a positive
   number), non_conversions. when: SQL condition under which somebody asks for paths. #}
{% macro paths(path_transform, when="true") %}
journey_paths AS MATERIALIZED (
    SELECT
        journey_id,
        {{ path_id(path_transform) }} AS path_id
    FROM journey_steps
    {% if when != "true" %}
    WHERE {{ when }}
    {% endif %}
    GROUP BY journey_id
),

paths AS MATERIALIZED (
    SELECT
        journey_paths.path_id,
        min(journey_paths.journey_id) AS an_example,
        sum(journeys.conversions) AS conversions,
        sum(journeys.revenue) AS revenue,
        sum(journeys.losses) AS losses,
        sum(journeys.non_conversions) AS non_conversions
    FROM journey_paths
    INNER JOIN journeys ON journeys.journey_id = journey_paths.journey_id
    GROUP BY journey_paths.path_id
),

path_steps AS MATERIALIZED (
    SELECT
        paths.path_id,
        paths.conversions,
        paths.revenue,
        paths.losses,
        paths.non_conversions,
        journey_steps.place,
        journey_steps.path_length,
        {% if "frequency" in path_transform %}
        journey_steps.step_key || CASE WHEN journey_steps.times IS NULL THEN '' ELSE '(' || journey_steps.times || ')' END AS step_id,
        {% else %}
        CAST(journey_steps.step_key AS VARCHAR) AS step_id,
        {% endif %}
        journey_steps.step,
        journey_steps.channel,
        journey_steps.campaign_key
    FROM paths
    INNER JOIN journey_steps ON journey_steps.journey_id = paths.an_example
)
{%- endmacro %}
