/*
[params]
as_of = { type = "timestamp", doc = "Today: later orders are unknown. Default: the last order counted." }
*/
{# What known customers bought, and who is known to have bought before the data begin: of them no first order is on record. #}
{% macro purchases() %}
-- Credit notes lower what a customer is worth, but are no orders.
purchases AS (
    SELECT
        order_id,
        customer_key,
        ordered_at,
        channel_key,
        main.is_sale(status) AS is_sale,
        net_revenue - refund_amount AS kept,
        net_revenue,
        margin
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND (main.is_sale(status) OR status = 'credit_note')
        AND ($as_of IS NULL OR ordered_at <= $as_of)
),

today AS (
    SELECT coalesce($as_of, latest.ordered_at) AS today_at, latest.first_at
    FROM (SELECT max(ordered_at) AS ordered_at, min(ordered_at) AS first_at FROM purchases) AS latest
),

buyer_totals AS (
    SELECT
        customer_key,
        min(CASE WHEN is_sale THEN ordered_at END) AS first_at,
        max(CASE WHEN is_sale THEN ordered_at END) AS last_at,
        count(CASE WHEN is_sale THEN 1 END) AS orders,
        sum(kept) AS kept,
        arg_min(channel_key, row(ordered_at, order_id)) FILTER (WHERE is_sale) AS first_channel_key
    FROM purchases
    GROUP BY customer_key
    HAVING count(CASE WHEN is_sale THEN 1 END) > 0
),

buyers AS (
    SELECT
        buyer_totals.*,
        {{ is_older("customer", "buyer_totals.first_at") }} AS is_older
    FROM buyer_totals
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = buyer_totals.customer_key
)
{%- endmacro %}
{# Whether a customer is known to have bought before the first sale on record. #}
{% macro is_older(customer, first_at) %}
coalesce({{ customer }}.ordered_before_data, false)
        OR coalesce({{ customer }}.first_ordered_on < CAST({{ first_at }} AS DATE), false)
{%- endmacro %}
