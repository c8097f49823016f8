/*
doc    = "A customer and their whole history in figures, as of the last order or visit in the data. Customers without orders are here too, with zeros. The unknown customer is left out."
grain  = ["customer_key"]
stored = true

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
customer_id = "Identifier of the customer in its source."
orders = "Number of orders, whatever their status."
first_ordered_at = "First order, UTC. NULL without an order."
last_ordered_at = "Last order, UTC. NULL without an order."
revenue = "Net revenue of all orders, before refunds."
revenue_net_of_refunds = "Net revenue of all orders less refunds."
margin = "Margin of all orders, before refunds. NULL when the margin of one of them is not known."
avg_order_value = "revenue / orders. NULL without an order."
sessions = "Number of visits, those before the customer was identified included."
emails_received = "Number of emails delivered."
emails_opened = "Number of emails opened by the customer; opens by machines do not count."
first_seen_at = "Sign-up, first visit or first order, whichever came first, UTC. NULL when none is known."
tenure_days = "Whole elapsed days from first_seen_at to the last order or visit of anybody in the data. NULL when first_seen_at is."
estimated_clv = "Revenue expected of three years at the pace so far: average order value x orders a year x 3 years = revenue_net_of_refunds / years of tenure (at least 1) x 3. The textbook formula, undiscounted, for orientation: it ignores that customers leave. 0 without an order."
*/
WITH as_of AS (
    SELECT greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)) AS last_at
),

orders AS (
    SELECT
        customer_key,
        count(*) AS orders,
        min(ordered_at) AS first_ordered_at,
        max(ordered_at) AS last_ordered_at,
        sum(net_revenue) AS revenue,
        sum(net_revenue - refund_amount) AS net_of_refunds,
        CASE WHEN count(margin) = count(*) THEN sum(margin) END AS margin
    FROM star.fact_order
    GROUP BY customer_key
),

visits AS (
    SELECT
        coalesce(nullif(visit.customer_key, 0), visitor.customer_key) AS customer_key,
        count(*) AS sessions,
        min(visit.started_at) AS first_visited_at
    FROM star.fact_session AS visit
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    GROUP BY 1
),

emails AS (
    SELECT customer_key, count(delivered_at) AS received, count(first_human_opened_at) AS opened
    FROM star.fact_email
    GROUP BY customer_key
),

tenure AS (
    SELECT
        customer.customer_key,
        least(customer.signed_up_at, orders.first_ordered_at, visits.first_visited_at) AS first_seen_at,
        main.elapsed_days(first_seen_at, as_of.last_at) AS days
    FROM star.dim_customer AS customer
    CROSS JOIN as_of
    LEFT JOIN orders ON orders.customer_key = customer.customer_key
    LEFT JOIN visits ON visits.customer_key = customer.customer_key
)

SELECT
    customer.customer_key,
    customer.customer_id,
    coalesce(orders.orders, 0) AS orders,
    orders.first_ordered_at,
    orders.last_ordered_at,
    CAST(coalesce(orders.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
    CAST(coalesce(orders.net_of_refunds, 0) AS DECIMAL(18, 2)) AS revenue_net_of_refunds,
    CAST(CASE WHEN orders.orders IS NULL THEN 0 ELSE orders.margin END AS DECIMAL(18, 2)) AS margin,
    CAST(orders.revenue / orders.orders AS DECIMAL(18, 2)) AS avg_order_value,
    coalesce(visits.sessions, 0) AS sessions,
    coalesce(emails.received, 0) AS emails_received,
    coalesce(emails.opened, 0) AS emails_opened,
    tenure.first_seen_at,
    CAST(floor(tenure.days) AS BIGINT) AS tenure_days,
    CAST(coalesce(orders.net_of_refunds / greatest(tenure.days / 365.25, 1) * 3, 0) AS DECIMAL(18, 2)) AS estimated_clv
FROM star.dim_customer AS customer
INNER JOIN tenure ON tenure.customer_key = customer.customer_key
LEFT JOIN orders ON orders.customer_key = customer.customer_key
LEFT JOIN visits ON visits.customer_key = customer.customer_key
LEFT JOIN emails ON emails.customer_key = customer.customer_key
WHERE customer.customer_key <> 0
ORDER BY customer.customer_key
