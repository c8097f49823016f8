/*
doc    = "A customer and their whole history in figures, as of the last order or visit in the data. Orders are sales, as segmentation.rfm counts them. Customers without orders are here too, with zeros: they may have ordered before the data begin. The unknown customer is left out."
grain  = ["customer_key"]
stored = true

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
customer_id = "Identifier of the customer in its source."
orders = "Number of orders that are sales."
cancelled_orders = "Number of cancelled orders, which count in no other column."
unsold_orders = "Number of other orders that are no sales, which count in no other column: not paid yet, failed, or of a status that nobody explained."
first_ordered_at = "First of the orders, in the warehouse's zone. NULL without one."
last_ordered_at = "Last of the orders, in the warehouse's zone. NULL without one."
revenue = "Net revenue of the orders, before refunds."
revenue_net_of_refunds = "Net revenue of the orders less refunds, those of credit notes included."
margin = "Margin of the orders, before refunds. NULL when the margin of one of them is not known."
avg_order_value = "revenue / orders. NULL without an order."
sessions = "Number of visits, those before the customer was identified included."
emails_received = "Number of emails delivered."
emails_opened = "Number of emails opened by the customer; opens by machines do not count. NULL where any was opened of which the source cannot tell by whom."
first_seen_at = "Sign-up, first visit or first order (of any status), whichever came first, in the warehouse's zone. NULL when none is known."
tenure_days = "Whole elapsed days from first_seen_at to the last order or visit of anybody in the data. NULL when first_seen_at is."
observed_days = "Whole elapsed days of the tenure that the data cover: those since the first order or visit of anybody, where the customer was seen before it. NULL when first_seen_at is."
estimated_clv = "Revenue expected of three years at the pace so far: average order value x orders a year x 3 years = revenue_net_of_refunds / years observed (at least 1) x 3, a year being 365.25 days. The textbook formula, undiscounted, for orientation: it ignores that customers leave. 0 without an order."
*/
WITH data_range AS (
    SELECT
        least((SELECT min(ordered_at) FROM star.fact_order), (SELECT min(started_at) FROM star.fact_session)) AS first_at,
        greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)) AS last_at
),

orders AS (
    SELECT
        customer_key,
        min(ordered_at) AS first_placed_at,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled_orders,
        count(*) FILTER (WHERE status <> 'cancelled' AND NOT main.is_sale(status)) AS unsold_orders
    FROM star.fact_order
    WHERE status <> 'credit_note'
    GROUP BY customer_key
),

purchases AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE status <> 'credit_note') AS orders,
        min(ordered_at) FILTER (WHERE status <> 'credit_note') AS first_ordered_at,
        max(ordered_at) FILTER (WHERE status <> 'credit_note') AS last_ordered_at,
        sum(net_revenue) AS revenue,
        sum(net_revenue - refund_amount) AS net_of_refunds,
        CASE WHEN count(*) FILTER (WHERE margin IS NULL AND status <> 'credit_note') = 0 THEN sum(margin) END AS margin
    FROM star.fact_order
    WHERE main.is_sale(status) OR status = 'credit_note'
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
    SELECT
        customer_key,
        count(delivered_at) AS received,
        CASE WHEN count(first_opened_at) FILTER (WHERE NOT is_human_known) = 0 THEN count(first_human_opened_at) END AS opened
    FROM star.fact_email
    GROUP BY customer_key
),

tenure AS (
    SELECT
        customer.customer_key,
        least(customer.signed_up_at, orders.first_placed_at, visits.first_visited_at) AS first_seen_at,
        main.elapsed_days(first_seen_at, data_range.last_at) AS days,
        main.elapsed_days(greatest(first_seen_at, data_range.first_at), data_range.last_at) AS observed_days
    FROM star.dim_customer AS customer
    CROSS JOIN data_range
    LEFT JOIN orders ON orders.customer_key = customer.customer_key
    LEFT JOIN visits ON visits.customer_key = customer.customer_key
)

SELECT
    customer.customer_key,
    customer.customer_id,
    coalesce(purchases.orders, 0) AS orders,
    coalesce(orders.cancelled_orders, 0) AS cancelled_orders,
    coalesce(orders.unsold_orders, 0) AS unsold_orders,
    purchases.first_ordered_at,
    purchases.last_ordered_at,
    main.money(coalesce(purchases.revenue, 0)) AS revenue,
    main.money(coalesce(purchases.net_of_refunds, 0)) AS revenue_net_of_refunds,
    main.money(CASE WHEN coalesce(purchases.orders, 0) = 0 THEN 0 ELSE purchases.margin END) AS margin,
    main.money(main.ratio(purchases.revenue, purchases.orders)) AS avg_order_value,
    coalesce(visits.sessions, 0) AS sessions,
    coalesce(emails.received, 0) AS emails_received,
    CASE WHEN emails.customer_key IS NULL THEN 0 ELSE emails.opened END AS emails_opened,
    tenure.first_seen_at,
    CAST(floor(tenure.days) AS BIGINT) AS tenure_days,
    CAST(floor(tenure.observed_days) AS BIGINT) AS observed_days,
    main.money(coalesce(main.ratio(purchases.net_of_refunds * 3, greatest(tenure.observed_days / 365.25, 1)), 0)) AS estimated_clv
FROM star.dim_customer AS customer
INNER JOIN tenure ON tenure.customer_key = customer.customer_key
LEFT JOIN orders ON orders.customer_key = customer.customer_key
LEFT JOIN purchases ON purchases.customer_key = customer.customer_key
LEFT JOIN visits ON visits.customer_key = customer.customer_key
LEFT JOIN emails ON emails.customer_key = customer.customer_key
WHERE customer.customer_key <> 0
ORDER BY customer.customer_key
