/*
[params]
as_of = { type = "timestamp", doc = "The moment up to which orders count, inclusive. Default: the last sale." }
start = { type = "timestamp", doc = "First moment of the first purchases that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the first purchases that count, exclusive. Default: all." }
measure = { type = "choice", of = ["margin", "revenue"], default = "margin", doc = "What customers bring in: margin less refunds, or net revenue less refunds." }
*/
{# What new customers have brought in by months of 30 elapsed days since their first purchase: months, by bucket. bucket is SQL over firsts. Reads no
   other relation. #}
{% macro months(bucket) %}
today AS (
    SELECT coalesce($as_of, latest.sold_at) AS today_at
    FROM (SELECT max(ordered_at) AS sold_at FROM star.fact_order WHERE customer_key <> 0 AND main.is_sale(status)) AS latest
),

-- What is kept of each order; of goods that came back, the cost is not saved.
kept_orders AS (
    SELECT
        placed.customer_key,
        placed.ordered_at,
        main.is_sale(placed.status) AS is_sale,
        placed.channel_key,
        CASE
            WHEN $measure = 'revenue' OR placed.status = 'credit_note' THEN placed.net_revenue - placed.refund_amount
            ELSE placed.margin - placed.refund_amount
        END AS kept
    FROM star.fact_order AS placed
    INNER JOIN today ON placed.ordered_at <= today.today_at
    WHERE placed.customer_key <> 0 AND (main.is_sale(placed.status) OR placed.status = 'credit_note')
),

first_sales AS (
    SELECT customer_key, min(ordered_at) AS first_at, arg_min(channel_key, ordered_at) AS channel_key
    FROM kept_orders
    WHERE is_sale
    GROUP BY customer_key
),

-- Who bought before the data begin is not new within them. Whole months of each customer are seen, or not at all.
firsts AS (
    SELECT
        first_sales.customer_key,
        first_sales.first_at,
        CAST(date_trunc('month', first_sales.first_at) AS DATE) AS cohort,
        coalesce(nullif(customer.acquisition_channel_key, 0), first_sales.channel_key) AS channel_key,
        CAST(floor(main.elapsed_days(first_sales.first_at, today.today_at) / 30) AS BIGINT) AS months_seen
    FROM first_sales
    CROSS JOIN today
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = first_sales.customer_key
    WHERE
        NOT coalesce(customer.ordered_before_data, false)
        AND NOT coalesce(customer.first_ordered_on < CAST(first_sales.first_at AS DATE), false)
        AND ($start IS NULL OR first_sales.first_at >= $start)
        AND ($until IS NULL OR first_sales.first_at < $until)
),

buckets AS (
    SELECT {{ bucket }} AS bucket, count(*) AS customers, max(months_seen) AS months_seen
    FROM firsts
    GROUP BY 1
),

seen_customers AS (
    SELECT {{ bucket }} AS bucket, months_seen, count(*) AS customers
    FROM firsts
    GROUP BY 1, 2
),

brought_in AS (
    SELECT
        {{ bucket }} AS bucket,
        CAST(floor(main.elapsed_days(firsts.first_at, kept_orders.ordered_at) / 30) AS BIGINT) AS age_month,
        count(CASE WHEN kept_orders.is_sale THEN 1 END) AS orders,
        sum(kept_orders.kept) AS kept,
        count(CASE WHEN kept_orders.is_sale AND kept_orders.kept IS NULL THEN 1 END) AS unknown
    FROM kept_orders
    INNER JOIN firsts ON firsts.customer_key = kept_orders.customer_key AND kept_orders.ordered_at >= firsts.first_at
    WHERE floor(main.elapsed_days(firsts.first_at, kept_orders.ordered_at) / 30) < firsts.months_seen
    GROUP BY 1, 2
),

month_rows AS (
    SELECT
        buckets.bucket,
        buckets.customers,
        ages.age_month,
        coalesce(max(brought_in.orders), 0) AS orders,
        coalesce(max(brought_in.unknown), 0) AS unknown,
        coalesce(max(brought_in.kept), 0) AS kept,
        CAST(sum(CASE WHEN seen_customers.months_seen > ages.age_month THEN seen_customers.customers ELSE 0 END) AS BIGINT)
            AS customers_seen
    FROM buckets
    CROSS JOIN LATERAL (SELECT unnest(range(0, buckets.months_seen)) AS age_month) AS ages
    INNER JOIN seen_customers ON seen_customers.bucket IS NOT DISTINCT FROM buckets.bucket
    LEFT JOIN brought_in ON brought_in.bucket IS NOT DISTINCT FROM buckets.bucket AND brought_in.age_month = ages.age_month
    GROUP BY buckets.bucket, buckets.customers, ages.age_month
),

-- One order of unknown cost leaves the sums from its month on unknown.
months AS (
    SELECT
        bucket,
        customers,
        age_month,
        orders,
        customers_seen,
        CASE WHEN unknown = 0 THEN main.money(kept) END AS kept,
        CASE
            WHEN sum(unknown) OVER (PARTITION BY bucket ORDER BY age_month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) = 0
                THEN sum(main.fixed_point(main.ratio(kept, customers_seen))) OVER (
                    PARTITION BY bucket ORDER BY age_month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                )
        END AS kept_per_customer
    FROM month_rows
)
{%- endmacro %}
