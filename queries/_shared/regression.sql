{#
Weighted least squares within strata, solved on exact sums by the sweep operator (Beaton 1964). Reads
    regressed (observation, stratum, outcome, weight), the rows, and
    regressors (observation, term, value), what they are explained by; a term that an observation has not is 0 there.
Leaves coefficients (term, coefficient, standard_error, degrees): terms of which one follows from the others, and what varies in no stratum, have none.
Where weights are the inverse of the variance that chance alone makes, least_variance="1" keeps a fit that is perfect by luck from being certain.
The statement must begin WITH RECURSIVE.
#}
{% from "_shared/sweep.sql" import sweep %}
{% macro coefficients(least_variance="0") %}
numbered_terms AS (
    SELECT term, CAST(row_number() OVER (ORDER BY term) AS INTEGER) AS place, CAST(count(*) OVER () + 1 AS INTEGER) AS outcome_place
    FROM regressors
    GROUP BY term
),

-- The outcome is the last of the terms.
term_values AS (
    SELECT regressed.observation, regressed.stratum, regressed.weight, numbered_terms.place, CAST(regressors.value AS DOUBLE) AS value
    FROM regressed
    INNER JOIN regressors ON regressors.observation = regressed.observation
    INNER JOIN numbered_terms ON numbered_terms.term = regressors.term
    UNION ALL
    SELECT regressed.observation, regressed.stratum, regressed.weight, outcome.outcome_place, CAST(regressed.outcome AS DOUBLE)
    FROM regressed
    CROSS JOIN (SELECT max(outcome_place) AS outcome_place FROM numbered_terms) AS outcome
),

stratum_weights AS (
    SELECT stratum, count(*) AS observations, CAST(sum(main.fixed_point(weight)) AS DOUBLE) AS weight
    FROM regressed
    GROUP BY stratum
),

stratum_sums AS (
    SELECT stratum, place, CAST(sum(main.fixed_point(weight * value)) AS DOUBLE) AS total
    FROM term_values
    GROUP BY stratum, place
),

term_products AS (
    SELECT i, j, CAST(sum(product) AS DOUBLE) AS product, CAST(sum(raw_product) AS DOUBLE) AS raw_product
    FROM (
        SELECT one.place AS i, other.place AS j, main.fixed_point(one.weight * one.value * other.value) AS product, main.fixed_point(one.weight * one.value * other.value) AS raw_product
        FROM term_values AS one
        INNER JOIN term_values AS other ON other.observation = one.observation
        UNION ALL
        SELECT one.place, other.place, main.fixed_point(-one.total * other.total / stratum_weights.weight), main.fixed_point(0.0)
        FROM stratum_sums AS one
        INNER JOIN stratum_sums AS other ON other.stratum = one.stratum
        INNER JOIN stratum_weights ON stratum_weights.stratum = one.stratum
    ) AS products
    GROUP BY i, j
),

-- What is left of a term that is the same throughout each stratum is rounding.
spreads AS (
    SELECT i AS place, CASE WHEN product > raw_product * 0.00000000001 THEN sqrt(product) ELSE 0 END AS spread
    FROM term_products
    WHERE i = j
),

-- Correlations within strata; what does not vary goes with nothing.
swept AS (
    SELECT
        0 AS step,
        of_row.place AS i,
        of_column.place AS j,
        max(of_row.place) OVER () AS outcome_place,
        CASE
            WHEN of_row.spread < 0.0000001 OR of_column.spread < 0.0000001 THEN 0
            ELSE coalesce(term_products.product, 0) / (of_row.spread * of_column.spread)
        END AS value
    FROM spreads AS of_row
    CROSS JOIN spreads AS of_column
    LEFT JOIN term_products ON term_products.i = of_row.place AND term_products.j = of_column.place
    {{ sweep("outcome_place", "0.000000001") }}
),

-- The diagonal of a term that was swept is below 0.
solved AS (
    SELECT
        i,
        j,
        outcome_place,
        value,
        max(CASE WHEN i = j AND i < outcome_place AND value < 0 THEN -value END) OVER (PARTITION BY i) AS inverse,
        coalesce(max(CASE WHEN i = j AND i < outcome_place AND value >= 0 THEN 1 END) OVER (PARTITION BY j), 0) AS is_left_out,
        count(*) FILTER (WHERE i = j AND i < outcome_place AND value < 0) OVER () AS used_terms,
        max(CASE WHEN i = outcome_place AND j = outcome_place THEN greatest(value, 0) END) OVER () AS unexplained
    FROM swept
    WHERE step + 1 = outcome_place
),

-- A term that was left out follows from those swept of which it has a share: none of them is known without it.
told AS (
    SELECT solved.*, max(CASE WHEN is_left_out = 1 AND i <> j AND abs(value) > 0.001 THEN 1 ELSE 0 END) OVER (PARTITION BY i) = 0 AND inverse IS NOT NULL AS is_told
    FROM solved
),

coefficients AS (
    SELECT
        numbered_terms.term,
        CASE WHEN solved.is_told THEN solved.value * of_outcome.spread / own.spread END AS coefficient,
        CASE
            WHEN solved.is_told AND freedom.rows_left > solved.used_terms
                THEN sqrt(greatest(of_outcome.spread * of_outcome.spread * solved.unexplained / (freedom.rows_left - solved.used_terms), {{ least_variance }}) * solved.inverse) / own.spread
        END AS standard_error,
        CASE WHEN freedom.rows_left > solved.used_terms THEN freedom.rows_left - solved.used_terms END AS degrees
    FROM told AS solved
    INNER JOIN numbered_terms ON numbered_terms.place = solved.i AND solved.j = solved.outcome_place
    INNER JOIN spreads AS own ON own.place = solved.i
    INNER JOIN spreads AS of_outcome ON of_outcome.place = solved.outcome_place
    CROSS JOIN (SELECT CAST(sum(observations) - count(*) AS BIGINT) AS rows_left FROM stratum_weights) AS freedom
),

-- The interval of 95 % reaches as far as error_margin to either side.
effects AS (
    SELECT
        term,
        coefficient,
        stats.student_t_quantile(0.975, degrees) * standard_error AS error_margin,
        stats.student_t_p(coefficient / nullif(standard_error, 0), degrees) AS p_value
    FROM coefficients
)
{%- endmacro %}
