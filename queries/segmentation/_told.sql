{# What a source told of customers rather than of orders, where there are no orders; it has no dates to choose by. #}
{% macro told(when="true") %}
told_totals AS (
    SELECT
        told.customer_key,
        CAST(told.snapshot_on AS TIMESTAMP) - to_days(told.recency_days) AS last_ordered_at,
        CAST(told.recency_days AS BIGINT) AS recency_days,
        CAST(coalesce(told.purchases_web, 0) + coalesce(told.purchases_catalog, 0) + coalesce(told.purchases_store, 0) AS BIGINT) AS frequency,
        main.money(coalesce(told.spend, 0)) AS monetary
    FROM mart.customer_snapshot AS told
    WHERE
        NOT told.is_computed
        AND told.recency_days IS NOT NULL
        AND {{ when }}
        AND NOT EXISTS (SELECT 1 FROM star.fact_order WHERE customer_key <> 0)
    QUALIFY row_number() OVER (PARTITION BY told.customer_key ORDER BY told.snapshot_on DESC) = 1
)
{%- endmacro %}
