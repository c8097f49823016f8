{# A customer's repeat purchases, their time and what they came to: histories. as_of is the SQL of the moment up to which orders count, within
   the condition of those that do, before that of those that come before them. Reads no other relation. #}
{% macro histories(as_of, within="true", before="false") %}
-- A day with purchases is one purchase, however many orders it has. What a credit note takes back belongs to the last
-- purchase up to then, and is no purchase.
purchase_days AS (
    SELECT
        customer_key,
        CAST(ordered_at AS DATE) AS day,
        max(CASE WHEN main.is_sale(status) THEN ordered_at END) AS sold_at,
        sum(net_revenue - refund_amount) AS kept
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND (main.is_sale(status) OR status = 'credit_note')
        AND {{ within }}
        AND ({{ as_of }} IS NULL OR ordered_at <= {{ as_of }})
    GROUP BY customer_key, CAST(ordered_at AS DATE)
),

numbered_days AS (
    SELECT
        customer_key,
        day,
        sold_at,
        kept,
        count(sold_at) OVER (PARTITION BY customer_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS purchase_number
    FROM purchase_days
),

purchase_sums AS (
    SELECT
        customer_key,
        count(sold_at) - 1 AS x,
        min(CASE WHEN sold_at IS NOT NULL THEN day END) AS first_purchased_on,
        max(CASE WHEN sold_at IS NOT NULL THEN day END) AS last_purchased_on,
        max(sold_at) AS last_sold_at,
        sum(CASE WHEN purchase_number > 1 THEN kept END) AS kept
    FROM numbered_days
    GROUP BY customer_key
    HAVING count(sold_at) > 0
),

-- Who bought before the range is older than it: by the customer's own row, or by an order that the range leaves out.
earlier_buyers AS (
    SELECT customer_key
    FROM star.fact_order
    WHERE {{ before }} AND main.is_sale(status)
    GROUP BY customer_key
),

all_histories AS (
    SELECT
        sums.customer_key,
        customer.customer_id,
        coalesce(customer.ordered_before_data, false)
        OR coalesce(customer.first_ordered_on < sums.first_purchased_on, false)
        OR earlier_buyers.customer_key IS NOT NULL AS is_older,
        sums.first_purchased_on,
        sums.last_purchased_on,
        sums.x,
        CAST(date_diff('day', sums.first_purchased_on, sums.last_purchased_on) AS BIGINT) AS t_x,
        CAST(date_diff('day', sums.first_purchased_on, CAST(coalesce({{ as_of }}, sums.newest_sold_at) AS DATE)) AS BIGINT) AS age_days,
        CASE WHEN sums.x > 0 THEN main.money(main.ratio(sums.kept, sums.x)) END AS monetary
    FROM (SELECT *, max(last_sold_at) OVER () AS newest_sold_at FROM purchase_sums) AS sums
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = sums.customer_key
    LEFT JOIN earlier_buyers ON earlier_buyers.customer_key = sums.customer_key
),

histories AS (
    SELECT *
    FROM all_histories
    WHERE $include_older OR NOT is_older
)
{%- endmacro %}
