{% from "overview/_calendar.sql" import calendar %}
{# What each day, or month, holds, with zeros where nothing was sold; what no source tells is NULL. #}
{% macro period_sums(period) %}
sales AS (
    SELECT *
    FROM star.fact_order
    WHERE
        (main.is_sale(status) OR status = 'credit_note')
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
),

order_sums AS (
    SELECT
        CAST(date_trunc('{{ period }}', ordered_at) AS DATE) AS period_start,
        count(CASE WHEN main.is_sale(status) THEN 1 END) AS orders,
        sum(CASE WHEN main.is_sale(status) THEN net_revenue ELSE 0 END) AS revenue,
        sum(CASE WHEN main.is_sale(status) THEN net_revenue ELSE 0 END - refund_amount) AS kept,
        count(DISTINCT CASE WHEN main.is_sale(status) AND customer_key <> 0 THEN customer_key END) AS customers,
        count(CASE WHEN main.is_sale(status) AND is_first_order THEN 1 END) AS new_customers
    FROM sales
    GROUP BY 1
),

{{ calendar(period) }},

visit_sums AS (
    SELECT
        CAST(date_trunc('{{ period }}', started_at) AS DATE) AS period_start,
        count(*) AS visits,
        count(CASE WHEN is_converted THEN 1 END) AS converted
    FROM star.fact_session
    WHERE ($start IS NULL OR started_at >= $start) AND ($until IS NULL OR started_at < $until)
    GROUP BY 1
),

spend_sums AS (
    SELECT CAST(date_trunc('{{ period }}', day.date) AS DATE) AS period_start, sum(ad.spend) AS spend
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
    WHERE ($start IS NULL OR day.date >= $start) AND ($until IS NULL OR day.date < $until)
    GROUP BY 1
),

told AS (
    SELECT
        (SELECT CAST(date_trunc('{{ period }}', min(started_at)) AS DATE) FROM star.fact_session) AS visits_from,
        (SELECT CAST(max(started_at) AS DATE) FROM star.fact_session) AS visits_to,
        (SELECT CAST(date_trunc('{{ period }}', min(day.date)) AS DATE) FROM star.fact_ad_spend AS ad INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key)
            AS spend_from,
        (SELECT max(day.date) FROM star.fact_ad_spend AS ad INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key) AS spend_to
),

period_sums AS (
    SELECT
        calendar.period_start,
        calendar.is_complete,
        coalesce(order_sums.orders, 0) AS orders,
        coalesce(order_sums.revenue, 0) AS revenue,
        coalesce(order_sums.kept, 0) AS kept,
        CASE WHEN calendar.customers_told THEN coalesce(order_sums.customers, 0) END AS customers,
        CASE WHEN calendar.customers_told THEN coalesce(order_sums.new_customers, 0) END AS new_customers,
        CASE WHEN calendar.period_start BETWEEN told.visits_from AND told.visits_to THEN coalesce(visit_sums.visits, 0) END AS visits,
        CASE WHEN calendar.period_start BETWEEN told.visits_from AND told.visits_to THEN coalesce(visit_sums.converted, 0) END AS converted,
        CASE WHEN calendar.period_start BETWEEN told.spend_from AND told.spend_to THEN coalesce(spend_sums.spend, 0) END AS spend
    FROM calendar
    CROSS JOIN told
    LEFT JOIN order_sums ON order_sums.period_start = calendar.period_start
    LEFT JOIN visit_sums ON visit_sums.period_start = calendar.period_start
    LEFT JOIN spend_sums ON spend_sums.period_start = calendar.period_start
)
{%- endmacro %}

{# The figures of one period, as columns of a SELECT over rows of period_sums. #}
{% macro figures() %}
    CAST(orders AS BIGINT) AS orders,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(kept AS DECIMAL(18, 2)) AS revenue_net_of_refunds,
    main.ratio(revenue, orders) AS avg_order_value,
    CAST(customers AS BIGINT) AS customers,
    CAST(new_customers AS BIGINT) AS new_customers,
    CAST(visits AS BIGINT) AS visits,
    main.ratio(converted, visits) AS conversion_rate,
    CAST(spend AS DECIMAL(18, 2)) AS spend,
    main.ratio(revenue, spend) AS roas
{%- endmacro %}
