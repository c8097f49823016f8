{# What happened, as moments with amounts: sales by their revenue, their number or their new customers, or visits. `metric` is SQL for its name. #}
{% macro happened(metric) %}
happened AS (
    SELECT
        ordered_at AS happened_at,
        CASE
            WHEN {{ metric }} = 'revenue' THEN CAST(net_revenue AS DOUBLE)
            WHEN {{ metric }} = 'orders' OR is_first_order THEN 1e0
            ELSE 0e0
        END AS amount
    FROM star.fact_order
    WHERE main.is_sale(status) AND {{ metric }} <> 'visits'
    UNION ALL
    SELECT started_at, 1e0
    FROM star.fact_session
    WHERE {{ metric }} = 'visits'
)
{%- endmacro %}
