{# What each customer bought before the moment of asking, and what became of it: order_sums, category_sums, return_sums, delivery_sums. Reads asked. #}
{% macro orders() %}
sold_orders AS (
    SELECT
        orders.customer_key,
        orders.ordered_at,
        main.elapsed_days(orders.ordered_at, asked.as_of) AS days_ago,
        main.elapsed_days(
            lag(orders.ordered_at) OVER (PARTITION BY orders.customer_key ORDER BY orders.ordered_at, orders.order_id), orders.ordered_at
        ) AS gap_days,
        orders.order_id,
        orders.net_revenue,
        orders.gross_amount,
        orders.discount_amount,
        orders.item_count,
        orders.coupon_key <> 0 AS has_coupon,
        orders.order_channel = 'store' AS is_in_store
    FROM star.fact_order AS orders
    CROSS JOIN asked
    WHERE orders.customer_key <> 0 AND main.is_sale(orders.status) AND orders.ordered_at < asked.as_of
),

order_sums AS (
    SELECT
        customer_key,
        count(*) AS orders,
        min(days_ago) AS recency_days,
        max(days_ago) AS days_since_first_order,
        count(*) FILTER (WHERE days_ago <= 30) AS orders_30d,
        count(*) FILTER (WHERE days_ago <= 90) AS orders_90d,
        count(*) FILTER (WHERE days_ago <= 180) AS orders_180d,
        count(*) FILTER (WHERE days_ago <= 365) AS orders_365d,
        count(*) FILTER (WHERE days_ago > 180 AND days_ago <= 360) AS orders_180d_before,
        sum(net_revenue) AS revenue,
        coalesce(sum(net_revenue) FILTER (WHERE days_ago <= 90), 0) AS revenue_90d,
        coalesce(sum(net_revenue) FILTER (WHERE days_ago <= 365), 0) AS revenue_365d,
        arg_max(net_revenue, row(ordered_at, order_id)) AS last_order_value,
        arg_max(gap_days, row(ordered_at, order_id)) FILTER (WHERE gap_days IS NOT NULL) AS last_gap_days,
        max(gap_days) AS longest_gap_days,
        main.ratio(sum(discount_amount), sum(gross_amount)) AS discount_share,
        main.ratio(count(*) FILTER (WHERE has_coupon), count(*)) AS coupon_share,
        main.ratio(count(*) FILTER (WHERE is_in_store), count(*)) AS store_share,
        main.ratio(sum(item_count), count(*)) AS items_per_order
    FROM sold_orders
    GROUP BY customer_key
),

-- Money that came back without naming an order.
credit_sums AS (
    SELECT notes.customer_key, -sum(notes.net_revenue - notes.refund_amount) AS credited
    FROM star.fact_order AS notes
    CROSS JOIN asked
    WHERE notes.customer_key <> 0 AND notes.status = 'credit_note' AND notes.ordered_at < asked.as_of
    GROUP BY notes.customer_key
),

category_spend AS (
    SELECT sold_orders.customer_key, product.category, sum(line.net_revenue) AS spend
    FROM star.fact_order_line AS line
    INNER JOIN sold_orders ON sold_orders.order_id = line.order_id
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE product.product_key <> 0
    GROUP BY sold_orders.customer_key, product.category
),

category_sums AS (
    SELECT
        customer_key,
        count(*) AS categories,
        min_by(category, (-spend, category)) AS top_category,
        main.ratio(max(spend), sum(spend)) AS top_category_share
    FROM category_spend
    GROUP BY customer_key
),

return_sums AS (
    SELECT
        backs.customer_key,
        count(*) AS returned_lines,
        count(*) FILTER (WHERE main.elapsed_days(backs.returned_at, asked.as_of) <= 90) AS returned_lines_90d,
        sum(backs.refund_amount) AS refunds
    FROM star.fact_return AS backs
    CROSS JOIN asked
    WHERE backs.customer_key <> 0 AND backs.returned_at < asked.as_of
    GROUP BY backs.customer_key
),

delivery_sums AS (
    SELECT
        delivery.customer_key,
        count(*) FILTER (WHERE delivery.delivered_at > delivery.promised_at) AS late_deliveries,
        arg_max(
            main.elapsed_days(delivery.promised_at, delivery.delivered_at), row(delivery.delivered_at, delivery.order_id)
        ) AS last_delivery_late_days
    FROM star.fact_delivery AS delivery
    CROSS JOIN asked
    WHERE delivery.customer_key <> 0 AND delivery.delivered_at < asked.as_of
    GROUP BY delivery.customer_key
)
{%- endmacro %}
