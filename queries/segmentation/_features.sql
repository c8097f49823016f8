{# Numbers of each customer that are known whole: those asked for, standing for nothing where not. They are whole millionths, so that their
   sums, and those of their products, are exact and the same in any order. #}
{% macro features(names, extra="") %}
feature_rows AS (
    SELECT
        {% for name in names %}
        {{ millionths(name) }} AS {{ name }}{{ "" if loop.last and not extra else "," }}
        {% endfor %}
        {% if extra %}
        {{ extra }}
        {% endif %}
    FROM mart.customer_profile
    WHERE
        {% for name in names %}
        (NOT list_contains($features, '{{ name }}') OR {{ name }} IS NOT NULL){{ "" if loop.last else " AND" }}
        {% endfor %}
)
{%- endmacro %}

{% macro millionths(number) %}CAST(CAST(round(CAST({{ number }} AS DOUBLE) * 1000000) AS BIGINT) AS DECIMAL(38, 0)){% endmacro %}

{# Sum of the products of two columns of exact numbers about their means: 0 to the digit where one of them is the same for all. #}
{% macro product_sum(one, other) -%}
CASE
    WHEN min({{ one }}) = max({{ one }}) OR min({{ other }}) = max({{ other }}) THEN 0
    ELSE CAST(sum({{ one }} * {{ other }}) AS DOUBLE) - CAST(sum({{ one }}) AS DOUBLE) * CAST(sum({{ other }}) AS DOUBLE) / nullif(count(*), 0)
END
{%- endmacro %}
