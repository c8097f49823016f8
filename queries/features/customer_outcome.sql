/*
question = "What did each customer buy in the time that was to be foretold?"
doc = """
One row for each customer known before as_of, with what they bought in (as_of + gap, as_of + gap + horizon], the time of which features/customer knows nothing. Its columns are what a \
model learns to foretell. By default as_of is the latest moment whose horizon is over."""
misleads = "When the horizon is not over by the last order or visit in the data (is_complete is false), less happened than will have."
grain = ["customer_key"]
headline = ["customer_key", "has_bought", "orders", "revenue", "is_complete"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "orders"
y = "revenue"

[finding]
text = "{buyers:count} of {customers:count} customers bought, which is {share:percent}."
sql = "SELECT sum(has_bought) AS buyers, count(*) AS customers, sum(has_bought) / count(*) AS share FROM answer HAVING count(*) > 0"

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
as_of = "The moment of asking."
counted_from = "End of the gap: what comes later counts."
counted_until = "End of the horizon, inclusive."
is_complete = "Whether the data go on to the end of the horizon."
has_bought = "1 when the customer bought within the horizon, else 0."
orders = "Sales within the horizon."
revenue = "Net revenue of these sales less their refunds and less the credit notes of the time, whenever the refunds came."
margin = "Margin of these orders less the refunds and credit notes on them. NULL when a cost is not known."
*/
{% from "features/_ahead.sql" import ahead %}
WITH {{ ahead() }},

first_orders AS (
    SELECT orders.customer_key
    FROM star.fact_order AS orders
    CROSS JOIN asked
    WHERE main.is_sale(orders.status) AND orders.ordered_at < asked.as_of
    GROUP BY orders.customer_key
),

later_orders AS (
    SELECT
        orders.customer_key,
        count(*) FILTER (WHERE main.is_sale(orders.status)) AS orders,
        sum(orders.net_revenue - orders.refund_amount) AS revenue,
        CASE WHEN count(orders.margin) = count(*) THEN sum(orders.margin - orders.refund_amount) END AS margin
    FROM star.fact_order AS orders
    CROSS JOIN asked
    WHERE
        (main.is_sale(orders.status) OR orders.status = 'credit_note')
        AND orders.ordered_at > asked.counted_from
        AND orders.ordered_at <= asked.counted_until
    GROUP BY orders.customer_key
)

SELECT
    customer.customer_key,
    asked.as_of,
    asked.counted_from,
    asked.counted_until,
    asked.is_complete,
    CASE WHEN later_orders.orders > 0 THEN 1 ELSE 0 END AS has_bought,
    coalesce(later_orders.orders, 0) AS orders,
    main.money(coalesce(later_orders.revenue, 0)) AS revenue,
    main.money(CASE WHEN later_orders.customer_key IS NULL THEN 0 ELSE later_orders.margin END) AS margin
FROM star.dim_customer AS customer
CROSS JOIN asked
LEFT JOIN first_orders ON first_orders.customer_key = customer.customer_key
LEFT JOIN later_orders ON later_orders.customer_key = customer.customer_key
WHERE customer.customer_key <> 0 AND (customer.signed_up_at < asked.as_of OR first_orders.customer_key IS NOT NULL)
ORDER BY customer.customer_key
