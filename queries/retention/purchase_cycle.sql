/*
question = "How often does each customer order, and who is overdue by their own habit?"
doc = """
The purchase cycle of a customer is the median of the elapsed days between their orders. cycles_waited is the time since the last order in \
such cycles; who has waited longer than overdue_factor of them is overdue. Customers with fewer than min_orders sales on record are \
left out: two orders show one gap, which is no habit. The most overdue of those who brought most come first."""
misleads = """
A median of two or three gaps is a rough guess: raise min_orders before acting on single customers. Orders in a burst make the cycle short, and the \
customer overdue at once. Gaps that are still open are not in the median, so cycles of customers who slow down look shorter than they are."""
grain = ["customer_key"]
headline = ["customer_id", "orders", "cycle_days", "inactivity_days", "cycles_waited", "is_overdue", "revenue"]
needs = ["star.fact_order"]

[params]
min_orders = { type = "int", min = 2, default = 3, doc = "Orders that a customer must have." }
overdue_factor = { type = "float", min = 0, default = 2, doc = "Cycles without an order after which a customer is overdue." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
orders = "Number of orders on record."
cycle_days = "Median elapsed days between the customer's orders."
longest_gap_days = "Most elapsed days between two of them."
last_ordered_at = "The customer's last order, in the warehouse's zone."
expected_at = "One cycle after the last order."
inactivity_days = "Elapsed days from the last order to as_of, with fraction."
cycles_waited = "inactivity_days / cycle_days. NULL where the cycle is 0."
is_overdue = "Whether cycles_waited is above overdue_factor. NULL where the cycle is 0."
revenue = "Net revenue of the orders, less refunds and credit notes."

[chart]
kind = "scatter"
x = "cycle_days"
y = "inactivity_days"

[finding]
text = "{overdue:count} of {customers:count} customers are overdue by their own cycle, whose median is {cycle_days:days}."
sql = """
SELECT count(CASE WHEN is_overdue THEN 1 END) AS overdue, count(*) AS customers, median(cycle_days) AS cycle_days
FROM answer
HAVING count(*) > 0"""
*/
{% import "retention/_purchases.sql" as purchases %}
WITH {{ purchases.purchases() }},

gaps AS (
    SELECT
        customer_key,
        main.elapsed_days(lag(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id), ordered_at) AS days
    FROM purchases
    WHERE is_sale
),

cycles AS (
    SELECT customer_key, median(days) AS cycle_days, max(days) AS longest_gap_days
    FROM gaps
    WHERE days IS NOT NULL
    GROUP BY customer_key
    HAVING count(*) >= $min_orders - 1
),

waits AS (
    SELECT
        buyers.customer_key,
        buyers.orders,
        buyers.last_at,
        buyers.kept,
        cycles.cycle_days,
        cycles.longest_gap_days,
        main.elapsed_days(buyers.last_at, today.today_at) AS inactivity_days,
        main.ratio(main.elapsed_days(buyers.last_at, today.today_at), cycles.cycle_days) AS cycles_waited
    FROM cycles
    INNER JOIN buyers ON buyers.customer_key = cycles.customer_key
    CROSS JOIN today
)

SELECT
    waits.customer_key,
    customer.customer_id,
    CAST(waits.orders AS BIGINT) AS orders,
    waits.cycle_days,
    waits.longest_gap_days,
    waits.last_at AS last_ordered_at,
    waits.last_at + to_microseconds(main.microseconds(waits.cycle_days)) AS expected_at,
    waits.inactivity_days,
    waits.cycles_waited,
    waits.cycles_waited > $overdue_factor AS is_overdue,
    CAST(waits.kept AS DECIMAL(18, 2)) AS revenue
FROM waits
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = waits.customer_key
ORDER BY coalesce(waits.cycles_waited > $overdue_factor, false) DESC, waits.kept DESC, waits.customer_key
