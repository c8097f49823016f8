/*
[params]
experiment = { type = "str", doc = "Only this experiment, by its identifier or its name, in letters of either case. Default: all." }
*/
{# Whether an arm is called as a control is. #}
{% macro is_called_control(name) -%}
CASE
    WHEN lower({{ name }}) LIKE '%control%' THEN 3
    WHEN lower(trim({{ name }})) IN ('no', 'none', 'nothing', 'hold-out', 'holdout', 'hold out', 'placebo', 'original') OR lower(trim({{ name }})) LIKE 'no %' THEN 2
    WHEN lower(trim({{ name }})) = 'a' THEN 1
    ELSE 0
END
{%- endmacro %}

{# Arms of each experiment, and which of them the others are compared with: the control, else one that is called so, else the first by name. #}
{% macro arms() %}
arms AS (
    SELECT
        experiment.experiment_key,
        experiment.experiment_id,
        experiment.name AS experiment,
        experiment.primary_metric,
        experiment.starts_on,
        experiment.ends_on,
        arm.variant_key,
        arm.variant,
        arm.allocation,
        row_number() OVER (
            PARTITION BY experiment.experiment_key
            ORDER BY arm.is_control DESC, {{ is_called_control('arm.variant') }} DESC, lower(arm.variant), arm.variant_key
        ) = 1 AS is_control
    FROM star.dim_experiment AS experiment
    INNER JOIN star.dim_variant AS arm ON arm.experiment_key = experiment.experiment_key
    WHERE
        experiment.experiment_key <> 0
        AND arm.variant_key <> 0
        AND ($experiment IS NULL OR lower(experiment.experiment_id) = lower($experiment) OR lower(experiment.name) = lower($experiment))
)
{%- endmacro %}

{# A person of an experiment: the arm, whether they met several, and the moment of the first exposure. #}
{% macro assigned() %}
-- Browsers are told from customers by the sign. Who is neither known nor seen in a browser is nobody.
assigned AS (
    SELECT
        exposure.experiment_key,
        CASE WHEN exposure.customer_key <> 0 THEN exposure.customer_key ELSE -exposure.visitor_id END AS person,
        min(exposure.variant_key) AS variant_key,
        min(exposure.variant_key) < max(exposure.variant_key) AS is_in_several,
        min(exposure.exposed_at) AS exposed_at
    FROM star.fact_exposure AS exposure
    INNER JOIN star.dim_experiment AS experiment ON experiment.experiment_key = exposure.experiment_key
    WHERE
        exposure.experiment_key <> 0
        AND exposure.variant_key <> 0
        AND (exposure.customer_key <> 0 OR exposure.visitor_id IS NOT NULL)
        AND ($experiment IS NULL OR lower(experiment.experiment_id) = lower($experiment) OR lower(experiment.name) = lower($experiment))
        AND (
            SELECT
                CASE
                    WHEN $experiment IS NULL OR experiments = 0 OR matches > 0 THEN true
                    ELSE error('experiment must be the identifier or the name of one: ' || array_to_string(names, ', '))
                END
            FROM (
                SELECT count(*) AS experiments, count(*) FILTER (WHERE is_asked) AS matches, list_sort(list(label)) AS names
                FROM (
                    SELECT
                        CASE WHEN name = experiment_id THEN name ELSE experiment_id || ' (' || name || ')' END AS label,
                        lower(experiment_id) = lower($experiment) OR lower(name) = lower($experiment) AS is_asked
                    FROM star.dim_experiment
                    WHERE experiment_key <> 0
                ) AS every
            ) AS counted
        )
    GROUP BY exposure.experiment_key, CASE WHEN exposure.customer_key <> 0 THEN exposure.customer_key ELSE -exposure.visitor_id END
)
{%- endmacro %}

{# Sample ratio mismatch by experiment: how the people of one arm are split, against the allocation meant. #}
{% macro splits() %}
arm_sizes AS (
    SELECT
        arms.experiment_key,
        arms.variant_key,
        arms.is_control,
        arms.allocation,
        count(assigned.person) FILTER (WHERE NOT assigned.is_in_several) AS people
    FROM arms
    LEFT JOIN assigned ON assigned.experiment_key = arms.experiment_key AND assigned.variant_key = arms.variant_key
    GROUP BY arms.experiment_key, arms.variant_key, arms.is_control, arms.allocation
),

in_several AS (
    SELECT experiment_key, count(*) AS all_people, count(*) FILTER (WHERE is_in_several) AS people_in_several
    FROM assigned
    GROUP BY experiment_key
),

-- Where an arm's allocation is not known, equal shares are meant.
meant AS (
    SELECT
        arm_sizes.*,
        CASE
            WHEN count(allocation) OVER (PARTITION BY experiment_key) = count(*) OVER (PARTITION BY experiment_key)
                THEN allocation / nullif(sum(allocation) OVER (PARTITION BY experiment_key), 0)
            ELSE 1e0 / count(*) OVER (PARTITION BY experiment_key)
        END AS meant_share,
        sum(people) OVER (PARTITION BY experiment_key) AS experiment_people
    FROM arm_sizes
),

split_tests AS (
    SELECT
        experiment_key,
        CAST(max(experiment_people) AS BIGINT) AS people,
        -- The sum is exact, so that it is the same in any order.
        CAST(
            sum(
                CAST(
                    (people - experiment_people * meant_share) * (people - experiment_people * meant_share) / nullif(experiment_people * meant_share, 0)
                    AS DECIMAL(38, 15)
                )
            ) AS DOUBLE
        ) AS chi_square,
        CAST(count(*) FILTER (WHERE meant_share > 0) - 1 AS INTEGER) AS degrees,
        -- People in an arm that was to have none.
        bool_or(people > 0 AND meant_share = 0) AS is_in_closed_arm
    FROM meant
    GROUP BY experiment_key
),

splits AS (
    SELECT
        split_tests.experiment_key,
        split_tests.people,
        coalesce(in_several.people_in_several, 0) AS people_in_several,
        main.ratio(in_several.people_in_several, in_several.all_people) AS several_share,
        split_tests.chi_square,
        split_tests.degrees,
        CASE
            WHEN split_tests.is_in_closed_arm THEN 0
            WHEN split_tests.degrees > 0 AND split_tests.people > 0 THEN stats.chi_square_sf(split_tests.chi_square, split_tests.degrees)
        END AS split_p
    FROM split_tests
    LEFT JOIN in_several ON in_several.experiment_key = split_tests.experiment_key
)
{%- endmacro %}
