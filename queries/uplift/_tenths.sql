{# Tenths of the list of the test, 1 with the highest scores, and 0 for all of it: tenths. Reads tested. The interval is Newcombe's (1998, method 10); those left alone count for as many as
   would tell as much in equal shares. #}
{% macro tenths() %}
tenth_rows AS (
    SELECT tested.*, 1 + CAST(floor((place - 1) * 10 / people) AS INTEGER) AS tenth
    FROM tested
    UNION ALL
    SELECT tested.*, 0 AS tenth
    FROM tested
),

tenth_sums AS (
    SELECT
        tenth,
        count(*) AS people,
        count(*) FILTER (WHERE is_treated) AS treated,
        count(*) FILTER (WHERE NOT is_treated) AS control,
        coalesce(CAST(sum(has_bought) FILTER (WHERE is_treated) AS BIGINT), 0) AS treated_buyers,
        coalesce(CAST(sum(has_bought) FILTER (WHERE NOT is_treated) AS BIGINT), 0) AS control_buyers,
        CAST(sum(main.fixed_point(weight)) FILTER (WHERE NOT is_treated) AS DOUBLE) AS control_weight,
        CAST(sum(main.fixed_point(weight * weight)) FILTER (WHERE NOT is_treated) AS DOUBLE) AS control_squares,
        CAST(sum(main.fixed_point(weight * has_bought)) FILTER (WHERE NOT is_treated) AS DOUBLE) AS control_bought,
        main.ratio(sum(main.fixed_point(weight * score)), sum(main.fixed_point(weight))) AS score,
        min(score) AS low_score,
        CAST(sum(main.fixed_point(contribution)) AS DOUBLE) AS gained_buyers
    FROM tenth_rows
    GROUP BY tenth
),

tenth_rates AS (
    SELECT
        tenth_sums.*,
        main.ratio(treated_buyers, treated) AS treated_rate,
        main.ratio(control_bought, control_weight) AS control_rate,
        CAST(nullif(treated, 0) AS DOUBLE) AS treated_size,
        main.ratio(control_weight * control_weight, control_squares) AS control_size
    FROM tenth_sums
),

tenths AS (
    SELECT
        tenth_rates.*,
        treated_rate - control_rate AS uplift,
        stats.newcombe_low(treated_rate, treated_size, control_rate, control_size, stats.z_95()) AS uplift_low,
        stats.newcombe_high(treated_rate, treated_size, control_rate, control_size, stats.z_95()) AS uplift_high
    FROM tenth_rates
)
{%- endmacro %}
