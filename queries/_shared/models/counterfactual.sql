{# What each step adds to its path's rate of orders. Reads paths, path_steps. when: SQL condition under which somebody asks for it. #}
{% macro path_shares(when) %}
-- How many of those who walk the whole path order.
path_rates AS (
    SELECT path_id, main.ratio(conversions, conversions + non_conversions) AS rate
    FROM paths
    WHERE conversions > 0 AND {{ when }}
),

shortened_paths AS (
    SELECT
        gone.path_id,
        gone.place,
        gone.path_length,
        path_rates.rate,
        string_agg(kept.step_id, ' > ' ORDER BY kept.place) AS shorter_path_id
    FROM path_steps AS gone
    INNER JOIN path_rates ON path_rates.path_id = gone.path_id
    LEFT JOIN path_steps AS kept ON kept.path_id = gone.path_id AND kept.place <> gone.place
    GROUP BY gone.path_id, gone.place, gone.path_length, path_rates.rate
),

-- How much likelier the whole path is to end in an order than the same path without the step, of the path's own rate.
counterfactual_gains AS (
    SELECT
        shortened_paths.path_id,
        shortened_paths.place,
        shortened_paths.path_length,
        main.fixed_point(greatest(1 - coalesce(path_rates.rate, 0) / shortened_paths.rate, 0)) AS gain
    FROM shortened_paths
    LEFT JOIN path_rates ON path_rates.path_id = shortened_paths.shorter_path_id
),

counterfactual_shares AS (
    SELECT
        path_id,
        place,
        CASE
            WHEN sum(gain) OVER (PARTITION BY path_id) > 0 THEN main.ratio(gain, sum(gain) OVER (PARTITION BY path_id))
            WHEN place = path_length THEN 1
            ELSE 0
        END AS share
    FROM counterfactual_gains
)
{%- endmacro %}
