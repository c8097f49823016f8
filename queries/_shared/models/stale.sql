{# The last load of the warehouse: newest_load. Reads no other relation. #}
{% macro newest_load() %}
newest_load AS (
    SELECT max(load_id) AS load_id FROM meta.load
)
{%- endmacro %}

{# A condition and its words, for a CASE: a fit after whose load, in a column, another came is of earlier data. Reads newest_load. #}
{% macro when_stale(load_id) %}WHEN {{ load_id }} < newest_load.load_id THEN 'stale: fitted before the last load'{% endmacro %}
