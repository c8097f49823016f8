/*
question = "Which customers have churned, for how long, and what were they worth?"
doc = """
Customers who have not ordered for more than inactive_days elapsed days at as_of, those who brought most first. usual_days is the median time between their \
orders: silence that is long for one customer is ordinary for another. churned_at is the moment at which the silence had lasted \
inactive_days. Customers of whom no sale is on record are left out."""
misleads = "Churn is called by a clock, not observed: some of the list are slow customers. Where inactivity_days is not much more than usual_days, wait."
grain = ["customer_key"]
headline = ["customer_id", "last_ordered_at", "inactivity_days", "usual_days", "orders", "revenue"]
needs = ["star.fact_order"]

[params]
inactive_days = { type = "int", min = 1, max = 3650, default = 90, doc = "Days without an order after which a customer has churned." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
last_ordered_at = "The customer's last order, in the warehouse's zone."
churned_at = "When inactive_days had passed since then."
inactivity_days = "Whole elapsed days from the last order to as_of."
orders = "Number of orders on record."
usual_days = "Median elapsed days between the customer's orders. NULL after one order."
revenue = "Net revenue of the orders, less refunds and credit notes."

[chart]
kind = "scatter"
x = "inactivity_days"
y = "revenue"

[finding]
text = "{customers:count} customers have churned, who had brought {revenue:money}."
sql = """
SELECT count(*) AS customers, sum(revenue) AS revenue
FROM answer
HAVING count(*) > 0"""
*/
{% import "retention/_purchases.sql" as purchases %}
WITH {{ purchases.purchases() }},

silences AS (
    SELECT buyers.*, main.elapsed_days(buyers.last_at, today.today_at) AS inactivity_days
    FROM buyers
    CROSS JOIN today
    WHERE main.elapsed_days(buyers.last_at, today.today_at) > $inactive_days
),

gaps AS (
    SELECT
        customer_key,
        main.elapsed_days(lag(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id), ordered_at) AS days
    FROM purchases
    WHERE is_sale
),

cycles AS (
    SELECT customer_key, median(days) AS usual_days
    FROM gaps
    WHERE days IS NOT NULL
    GROUP BY customer_key
)

SELECT
    silences.customer_key,
    customer.customer_id,
    silences.last_at AS last_ordered_at,
    silences.last_at + to_days(CAST($inactive_days AS INTEGER)) AS churned_at,
    CAST(floor(silences.inactivity_days) AS BIGINT) AS inactivity_days,
    CAST(silences.orders AS BIGINT) AS orders,
    cycles.usual_days,
    CAST(silences.kept AS DECIMAL(18, 2)) AS revenue
FROM silences
LEFT JOIN cycles ON cycles.customer_key = silences.customer_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = silences.customer_key
ORDER BY silences.kept DESC, silences.customer_key
