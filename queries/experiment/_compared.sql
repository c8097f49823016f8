/*
[params]
level = { type = "float", min = 0.5, max = 0.9999, default = 0.95, doc = "Confidence level of the intervals; a p-value below 1 less this decides." }
*/
{# Sums over the people of each arm, and of each value of `key`, a column of `rows`, where one is given. #}
{% macro sums(key="", rows="measured") %}
sums AS (
    SELECT
        experiment_key,
        variant_key,
        {% if key %}
        {{ key }},
        {% endif %}
        min(metric_name) AS metric_name,
        count(*) AS people,
        CAST(sum(value) AS DOUBLE) / 1000000 AS total,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value) AS DOUBLE) / 1000000000000 AS squares
    FROM {{ rows }}
    GROUP BY experiment_key, variant_key{{ ", " ~ key if key else "" }}
)
{%- endmacro %}

{# Each arm beside the control: difference, lift, their intervals, p-value. `key` tells apart what is compared within an experiment; `rows` are sums by arm. #}
{% macro compared(key="", rows="sums") %}
{% set within = "PARTITION BY experiment_key" ~ (", " ~ key if key else "") %}
of_arms AS (
    SELECT
        arms.*,
        {% if key %}
        {{ rows }}.{{ key }},
        {% endif %}
        {{ rows }}.metric_name,
        coalesce({{ rows }}.people, 0) AS people,
        {{ rows }}.total,
        {{ rows }}.total / {{ rows }}.people AS mean,
        {{ rows }}.squares,
        {{ rows }}.metric_name IN ('conversion', 'visit', 'add_to_cart', 'checkout') AS is_share,
        -- What is left where all values are the same is rounding.
        CASE
            WHEN {{ rows }}.people > 1
                THEN
                    CASE
                        WHEN {{ rows }}.squares - {{ rows }}.total * {{ rows }}.total / {{ rows }}.people > {{ rows }}.squares * 1e-13
                            THEN ({{ rows }}.squares - {{ rows }}.total * {{ rows }}.total / {{ rows }}.people) / ({{ rows }}.people - 1)
                        ELSE 0
                    END
        END AS variance
    FROM arms
    {{ "INNER" if key else "LEFT" }} JOIN {{ rows }} ON {{ rows }}.experiment_key = arms.experiment_key AND {{ rows }}.variant_key = arms.variant_key
),

beside_control AS (
    SELECT
        of_arms.*,
        {% for name in ("people", "total", "mean", "variance") %}
        max(CASE WHEN is_control THEN {{ name }} END) OVER ({{ within }}) AS control_{{ name }},
        {% endfor %}
        sum(people) OVER ({{ within }}) AS compared_people,
        stats.normal_quantile(0.5 + $level / 2) AS z
    FROM of_arms
),

spreads AS (
    SELECT
        beside_control.*,
        sqrt(variance / people + control_variance / control_people) AS standard_error,
        CASE
            WHEN NOT is_share AND people > 1 AND control_people > 1 AND variance + control_variance > 0
                THEN stats.welch_degrees(people, variance, control_people, control_variance)
        END AS degrees,
        -- The delta method, on the logarithm of the ratio of the means, which stays above -100 % and holds in small groups.
        CASE WHEN mean > 0 AND control_mean > 0 THEN sqrt(variance / people / (mean * mean) + control_variance / control_people / (control_mean * control_mean)) END
            AS log_error,
        CASE WHEN mean > 0 AND control_mean > 0 THEN ln(mean / control_mean) END AS log_lift
    FROM beside_control
    WHERE compared_people > 0
),

scores AS (
    SELECT
        spreads.*,
        mean - control_mean AS difference,
        CASE WHEN control_mean > 0 THEN mean / control_mean - 1 END AS lift,
        CASE WHEN degrees > 0 THEN stats.student_t_quantile(0.5 + $level / 2, degrees) ELSE z END AS reach,
        CASE
            WHEN is_control THEN NULL
            WHEN is_share THEN stats.two_proportion_z(total, people, control_total, control_people)
            ELSE (mean - control_mean) / nullif(standard_error, 0)
        END AS score
    FROM spreads
),

compared AS (
    SELECT
        scores.*,
        CASE
            WHEN is_control OR people = 0 OR control_people = 0 THEN NULL
            WHEN is_share THEN stats.newcombe_low(mean, people, control_mean, control_people, z)
            ELSE difference - reach * nullif(standard_error, 0)
        END AS difference_low,
        CASE
            WHEN is_control OR people = 0 OR control_people = 0 THEN NULL
            WHEN is_share THEN stats.newcombe_high(mean, people, control_mean, control_people, z)
            ELSE difference + reach * nullif(standard_error, 0)
        END AS difference_high,
        CASE WHEN NOT is_control THEN exp(log_lift - reach * nullif(log_error, 0)) - 1 END AS lift_low,
        CASE WHEN NOT is_control THEN exp(log_lift + reach * nullif(log_error, 0)) - 1 END AS lift_high,
        CASE
            WHEN is_control OR people = 0 OR control_people = 0 THEN NULL
            -- Nothing varies: nothing can be told where the means are the same, and there is no doubt where they differ.
            WHEN is_share AND score IS NULL THEN 1
            WHEN is_share THEN stats.normal_p(score)
            WHEN degrees > 0 THEN stats.student_t_p(score, degrees)
            WHEN people > 1 AND control_people > 1 AND difference = 0 THEN 1
        END AS p_value,
        CASE
            WHEN is_control THEN NULL
            WHEN is_share THEN stats.cohens_h(mean, control_mean)
            ELSE stats.cohens_d(people, mean, variance, control_people, control_mean, control_variance)
        END AS effect_size
    FROM scores
)
{%- endmacro %}

{# p-values adjusted for how many there are within an experiment, or in all where `within` is empty: Holm (1979), and Benjamini and Hochberg (1995). #}
{% macro adjusted(order, within="PARTITION BY experiment_key") %}
ordered_tests AS (
    SELECT
        compared.*,
        CASE WHEN p_value IS NOT NULL THEN row_number() OVER ({{ within }} ORDER BY p_value NULLS LAST, {{ order }}) END AS place,
        count(p_value) OVER ({{ within }}) AS tests
    FROM compared
),

adjusted AS (
    SELECT
        ordered_tests.*,
        CASE
            WHEN p_value IS NOT NULL
                THEN least(max(p_value * (tests - place + 1)) OVER ({{ within }} ORDER BY place NULLS LAST, {{ order }} ROWS UNBOUNDED PRECEDING), 1)
        END AS p_holm,
        CASE
            WHEN p_value IS NOT NULL
                THEN least(min(p_value * tests / place) OVER ({{ within }} ORDER BY place DESC NULLS FIRST, {{ order }} ROWS UNBOUNDED PRECEDING), 1)
        END AS p_bh
    FROM ordered_tests
)
{%- endmacro %}
