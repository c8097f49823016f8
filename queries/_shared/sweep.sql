{#
The recursive half of swept (step, i, j, the number of the last term, value), whose first half gives the correlations of all terms at step 0. Each step solves for one
term more, by the sweep operator (Beaton 1964), until only the last is left, which is explained; last is the column with its number. The diagonal of a term that was swept
is below 0; one of which less than least is left follows from those before it, what is left is rounding, and it is passed over.
#}
{% macro sweep(last, least) %}
UNION ALL
    SELECT
        step + 1,
        i,
        j,
        {{ last }},
        CASE
            WHEN on_diagonal < {{ least }} THEN value
            WHEN i = step + 1 AND j = step + 1 THEN -1 / on_diagonal
            WHEN i = step + 1 OR j = step + 1 THEN value / on_diagonal
            ELSE value - in_row * in_column / on_diagonal
        END
    FROM (
        SELECT
            swept.*,
            max(CASE WHEN i = step + 1 AND j = step + 1 THEN value END) OVER () AS on_diagonal,
            max(CASE WHEN j = step + 1 THEN value END) OVER (PARTITION BY i) AS in_row,
            max(CASE WHEN i = step + 1 THEN value END) OVER (PARTITION BY j) AS in_column
        FROM swept
        WHERE step + 1 < {{ last }}
    ) AS around_diagonal
{%- endmacro %}
