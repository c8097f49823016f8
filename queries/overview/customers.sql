/*
question = "How many customers are new, how many come back, and what do they bring, month by month?"
doc = """
Known customers with a sale in each calendar month: new, whose first sale ever lies in it, and returning, all others; what both brought, and how many customers there have been up to the end of the month. \
Who is known to have bought before the data begin is never new. Each month's first sale of a new customer and their further ones count as revenue of new customers. Orders of unknown customers are \
a column of their own, so that revenue of new, returning and unknown customers is that of all sales."""
misleads = """
Of a source that begins with the first order on record everybody's first order looks like the first ever: whole months of new customers at the beginning are its start. Customers of several months \
do not add up. retention/reactivation tells returning customers apart by how long they had been silent, retention/cohorts says how many of a month's new customers come back."""
grain = ["month"]
headline = ["month", "active_customers", "new_customers", "returning_customers", "new_revenue", "returning_revenue"]
needs = ["star.fact_order.customer_key"]

[columns]
month = "First day of the month."
is_complete = "Whether the whole month lies between the day of the first and that of the last sale, and within start and until."
active_customers = "Known customers with a sale in the month."
new_customers = "Of these, whose first sale ever it was."
returning_customers = "The others."
new_share = "new_customers / active_customers."
orders_per_customer = "Orders of known customers / active_customers."
new_revenue = "Net revenue of the month from its new customers."
returning_revenue = "The same from returning ones."
unknown_revenue = "Net revenue of orders of unknown customers."
revenue_per_new = "new_revenue / new_customers."
revenue_per_returning = "returning_revenue / returning_customers."
customers_so_far = "Known customers with a sale up to the end of the month, of the orders that count."

[chart]
kind = "bar"
x = "month"
y = ["new_customers", "returning_customers"]

[finding]
text = "In the last whole month {active:count} customers bought, {share:percent} of them for the first time."
sql = """
SELECT active_customers AS active, new_share AS share
FROM answer
WHERE is_complete AND active_customers >= 30 AND month = (SELECT max(month) FROM answer WHERE is_complete)"""
*/
{% from "overview/_calendar.sql" import calendar %}
WITH sales AS (
    SELECT customer_key, ordered_at, is_first_order, net_revenue, CAST(date_trunc('month', ordered_at) AS DATE) AS month
    FROM star.fact_order
    WHERE
        main.is_sale(status)
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
),

{{ calendar("month") }},

customer_months AS (
    SELECT
        customer_key,
        month,
        count(*) AS orders,
        sum(net_revenue) AS revenue,
        max(CASE WHEN is_first_order THEN 1 ELSE 0 END) AS is_new,
        CASE WHEN row_number() OVER (PARTITION BY customer_key ORDER BY month) = 1 THEN 1 ELSE 0 END AS is_seen_first
    FROM sales
    GROUP BY customer_key, month
),

month_sums AS (
    SELECT
        month,
        count(*) FILTER (WHERE customer_key <> 0) AS active,
        count(*) FILTER (WHERE customer_key <> 0 AND is_new = 1) AS new_customers,
        sum(CASE WHEN customer_key <> 0 THEN orders ELSE 0 END) AS orders,
        sum(CASE WHEN customer_key <> 0 AND is_new = 1 THEN revenue ELSE 0 END) AS new_revenue,
        sum(CASE WHEN customer_key <> 0 AND is_new = 0 THEN revenue ELSE 0 END) AS returning_revenue,
        sum(CASE WHEN customer_key = 0 THEN revenue ELSE 0 END) AS unknown_revenue,
        sum(CASE WHEN customer_key <> 0 THEN is_seen_first ELSE 0 END) AS first_seen
    FROM customer_months
    GROUP BY month
),

filled AS (
    SELECT
        calendar.period_start AS month,
        calendar.is_complete,
        coalesce(month_sums.active, 0) AS active,
        coalesce(month_sums.new_customers, 0) AS new_customers,
        month_sums.orders,
        coalesce(month_sums.new_revenue, 0) AS new_revenue,
        coalesce(month_sums.returning_revenue, 0) AS returning_revenue,
        coalesce(month_sums.unknown_revenue, 0) AS unknown_revenue,
        sum(coalesce(month_sums.first_seen, 0)) OVER (ORDER BY calendar.period_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS customers_so_far
    FROM calendar
    LEFT JOIN month_sums ON month_sums.month = calendar.period_start
)

SELECT
    month,
    is_complete,
    CAST(active AS BIGINT) AS active_customers,
    CAST(new_customers AS BIGINT) AS new_customers,
    CAST(active - new_customers AS BIGINT) AS returning_customers,
    main.ratio(new_customers, active) AS new_share,
    main.ratio(orders, active) AS orders_per_customer,
    CAST(new_revenue AS DECIMAL(18, 2)) AS new_revenue,
    CAST(returning_revenue AS DECIMAL(18, 2)) AS returning_revenue,
    CAST(unknown_revenue AS DECIMAL(18, 2)) AS unknown_revenue,
    main.ratio(new_revenue, new_customers) AS revenue_per_new,
    main.ratio(returning_revenue, active - new_customers) AS revenue_per_returning,
    CAST(customers_so_far AS BIGINT) AS customers_so_far
FROM filled
ORDER BY month
