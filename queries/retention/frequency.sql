/*
question = "How many orders do customers place, and how likely is another after each?"
doc = """
Customers by their number of orders, with what they bring. repeat_rate of row 1 is the share of customers who ordered a second time, that of row 2 the share of \
these who ordered a third time, and so on. The last row holds all with at least so many orders. Only customers whose first order is on record \
count, unless whose is all. With within_days only orders so soon after the first count (inclusive, elapsed), and only customers of whom \
so many days are on record: then young and old customers are alike."""
misleads = """
Without within_days, customers of last week are among those who have not ordered again: they have had no time to, and the rates are too low. Of customers older than the \
data only a part of the orders is known, so with whose = all the numbers are too small."""
grain = ["orders"]
headline = ["orders", "customers", "customer_share", "repeat_rate", "revenue_share"]
needs = ["star.fact_order"]

[params]
start = { type = "timestamp", doc = "First moment of the first orders, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the first orders, exclusive; later orders of these customers count. Default: all." }
within_days = { type = "int", min = 0, doc = "Days after the first order within which orders count. Default: all." }
whose = { type = "choice", of = ["new", "all"], default = "new", doc = "new: customers whose first order is on record; all: those too who are known to have ordered before the data begin." }
most = { type = "int", min = 1, max = 1000, default = 10, doc = "Number of orders of the last row, which holds all with as many or more." }

[columns]
orders = "Number of orders; in the row of most, as many or more."
customers = "Customers with that number."
customer_share = "customers, divided by all customers."
customers_at_least = "Customers with at least that number."
customers_more = "Customers with more than that number."
repeat_rate = "customers_more / customers_at_least."
revenue = "Net revenue of the customers' orders that count, less refunds and credit notes."
revenue_share = "revenue, divided by that of all customers."

[chart]
kind = "bar"
x = "orders"
y = "customers"

[finding]
text = "{repeat_rate:percent} of {customers_at_least:count} customers ordered a second time."
sql = """
SELECT repeat_rate, customers_at_least
FROM answer
WHERE orders = 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
WITH {{ purchases.purchases() }},

chosen AS (
    SELECT buyers.customer_key, buyers.first_at
    FROM buyers
    CROSS JOIN today
    WHERE
        ($whose = 'all' OR NOT buyers.is_older)
        AND ($start IS NULL OR buyers.first_at >= $start)
        AND ($until IS NULL OR buyers.first_at < $until)
        AND ($within_days IS NULL OR main.elapsed_days(buyers.first_at, today.today_at) >= $within_days)
),

counted AS (
    SELECT purchases.customer_key, count(CASE WHEN purchases.is_sale THEN 1 END) AS orders, sum(purchases.kept) AS kept
    FROM purchases
    INNER JOIN chosen ON chosen.customer_key = purchases.customer_key
    WHERE $within_days IS NULL OR main.elapsed_days(chosen.first_at, purchases.ordered_at) <= $within_days
    GROUP BY purchases.customer_key
),

order_counts AS (
    SELECT orders, count(*) AS customers, sum(kept) AS kept
    FROM counted
    GROUP BY orders
),

-- Who has ordered five times is among those with at least one, two, three and four.
passed AS (
    SELECT orders AS all_orders, customers, kept, unnest(range(1, least(orders, $most) + 1)) AS orders
    FROM order_counts
),

row_totals AS (
    SELECT
        orders,
        sum(customers) AS customers_at_least,
        sum(CASE WHEN all_orders > orders THEN customers ELSE 0 END) AS customers_more,
        sum(CASE WHEN all_orders = orders OR orders = $most THEN customers ELSE 0 END) AS customers,
        sum(CASE WHEN all_orders = orders OR orders = $most THEN kept ELSE 0 END) AS revenue
    FROM passed
    GROUP BY orders
)

SELECT
    CAST(orders AS BIGINT) AS orders,
    CAST(customers AS BIGINT) AS customers,
    main.ratio(customers, sum(customers) OVER ()) AS customer_share,
    CAST(customers_at_least AS BIGINT) AS customers_at_least,
    CAST(customers_more AS BIGINT) AS customers_more,
    main.ratio(customers_more, customers_at_least) AS repeat_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, sum(revenue) OVER ()) AS revenue_share
FROM row_totals
ORDER BY row_totals.orders
