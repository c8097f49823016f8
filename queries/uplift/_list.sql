{# The test rows of the chosen model as a list, the highest score first: tested. Reads chosen.
   depth is 0 at the top and 1 at the end: the middle of a row's place, of equal scores the mean of their places. Among themselves those of equal scores stand in a
   random order that tells nothing of what they did. contribution is what a row adds to the buyers gained: its sum is the whole of the trial. #}
{% macro tested() %}
tested AS MATERIALIZED (
    SELECT
        test.assignment,
        test.customer_key,
        test.stratum,
        test.is_treated,
        test.weight,
        test.score,
        test.has_bought,
        CASE WHEN test.is_treated THEN test.has_bought ELSE -test.has_bought END * test.weight AS contribution,
        row_number() OVER (ORDER BY test.score DESC, md5(CAST(test.assignment AS VARCHAR))) AS place,
        (rank() OVER (ORDER BY test.score DESC) + count(*) OVER (PARTITION BY test.score) / 2e0 - 1) / count(*) OVER () AS depth,
        count(*) OVER () AS people,
        CAST(sum(CASE WHEN test.is_treated THEN 1 ELSE 0 END) OVER () AS BIGINT) AS treated,
        count(*) OVER (PARTITION BY test.stratum, test.is_treated) AS cell_people
    FROM model.uplift_test AS test
    INNER JOIN chosen ON chosen.model = test.model
)
{%- endmacro %}

{# The sum of the contributions times a weight, and its variance, by label, per person treated: NAME. source has the columns of tested, a label (one row of each assignment and label) and
   worth, the weight. Rows are centred by stratum and arm, whose numbers are given by the lot, and summed by person, who may be there for several assignments. #}
{% macro weighed(name, source) %}
{{ name }}_values AS (
    SELECT
        label,
        customer_key,
        treated,
        cell_people,
        contribution * worth AS value,
        sum(main.fixed_point(contribution * worth)) OVER (PARTITION BY label, stratum, is_treated) AS cell_value
    FROM {{ source }}
),

{{ name }}_persons AS (
    SELECT
        label,
        customer_key,
        max(treated) AS treated,
        sum(main.fixed_point(value)) AS value,
        CAST(sum(main.fixed_point(
            (value - cell_value / cell_people) * sqrt(cell_people / CASE WHEN cell_people > 1 THEN cell_people - 1e0 ELSE 1e0 END)
        )) AS DOUBLE) AS centred
    FROM {{ name }}_values
    GROUP BY label, customer_key
),

{{ name }} AS (
    SELECT
        label,
        CAST(sum(value) AS DOUBLE) / max(treated) AS total,
        sqrt(CAST(sum(main.fixed_point(centred * centred)) AS DOUBLE)) / max(treated) AS error
    FROM {{ name }}_persons
    GROUP BY label
)
{%- endmacro %}
