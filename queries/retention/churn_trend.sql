/*
question = "Month by month, how many customers are lost and how many come back?"
doc = """
A ledger of active customers: those with an order within the last inactive_days. Customers join with their first order, \
leave at the moment at which their silence has lasted inactive_days, and come back with their next order: \
active_at_start + new_customers + came_back - lost = active_at_end in every period, and each period starts as the last one ended. \
churn_rate divides those active at the start whose silence ran out within the period by active_at_start. Nobody is active before the data begin, since \
nothing tells when older customers ordered last: their first order on record counts as coming back."""
misleads = """
In the first inactive_days of the data nobody can be lost, and customers who were active already are missing until they order again: look at later periods. \
Of the running period (complete is false) only a part is there. A loss is dated when the silence has lasted inactive_days, not when it began: what \
drove people away lies about that long before."""
grain = ["period_start"]
headline = ["period_start", "active_at_start", "new_customers", "came_back", "lost", "active_at_end", "churn_rate"]
needs = ["star.fact_order"]

[params]
inactive_days = { type = "int", min = 1, max = 3650, default = 90, doc = "Days without an order after which a customer has churned." }
period = { of = ["week", "month", "quarter", "year"], default = "month" }

[columns]
period_start = "First day of the period."
active_at_start = "Active customers when the period began."
new_customers = "Customers whose first order it was."
came_back = "Returns of churned customers, and first orders on record of customers who are known to have ordered before the data."
lost = "Times that the silence of a customer reached inactive_days."
active_at_end = "Active customers when the period ended, or at as_of."
lost_of_start = "Of the customers active at the start, those lost in the period."
churn_rate = "lost_of_start / active_at_start."
complete = "Whether the whole period lies before as_of."

[chart]
kind = "line"
x = "period_start"
y = "churn_rate"

[finding]
text = "In the period from {period_start} on, {lost_of_start:count} of {active_at_start:count} active customers were lost, which is {churn_rate:percent}."
sql = """
SELECT period_start, lost_of_start, active_at_start, churn_rate
FROM answer
WHERE complete
ORDER BY period_start DESC LIMIT 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "_shared/periods.sql" as periods %}
{% from "retention/_calendar.sql" import calendar %}
WITH {{ purchases.purchases() }},

sales AS (
    SELECT
        customer_key,
        ordered_at,
        lag(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS previous_at,
        lead(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS next_at
    FROM purchases
    WHERE is_sale
),

-- Only the ends of silences and first orders make a difference.
turns AS (
    SELECT
        sales.customer_key,
        sales.ordered_at,
        CASE
            WHEN sales.previous_at IS NULL THEN NOT ({{ purchases.is_older("customer", "sales.ordered_at") }})
        END AS is_new,
        sales.previous_at IS NULL OR main.elapsed_days(sales.previous_at, sales.ordered_at) > $inactive_days AS is_arrival,
        CASE
            WHEN main.elapsed_days(sales.ordered_at, coalesce(sales.next_at, today.today_at)) > $inactive_days
                THEN sales.ordered_at + to_days(CAST($inactive_days AS INTEGER))
        END AS lost_at
    FROM sales
    CROSS JOIN today
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = sales.customer_key
),

-- A turn is an arrival, a loss or both, in periods of their own.
changes AS (
    SELECT
        CASE WHEN sides.is_loss THEN {{ periods.start_of("turns.lost_at") }} ELSE {{ periods.start_of("turns.ordered_at") }} END AS period_start,
        CASE WHEN NOT sides.is_loss AND turns.is_new THEN 1 ELSE 0 END AS new_customers,
        CASE WHEN NOT sides.is_loss AND NOT coalesce(turns.is_new, false) THEN 1 ELSE 0 END AS came_back,
        CASE WHEN sides.is_loss THEN 1 ELSE 0 END AS lost,
        CASE
            WHEN sides.is_loss AND turns.ordered_at < {{ periods.start_of("turns.lost_at") }} THEN 1 ELSE 0
        END AS lost_of_start
    FROM turns
    CROSS JOIN (VALUES (false), (true)) AS sides (is_loss)
    WHERE CASE WHEN sides.is_loss THEN turns.lost_at IS NOT NULL ELSE turns.is_arrival END
),

period_changes AS (
    SELECT
        period_start,
        sum(new_customers) AS new_customers,
        sum(came_back) AS came_back,
        sum(lost) AS lost,
        sum(lost_of_start) AS lost_of_start
    FROM changes
    GROUP BY period_start
),

{{ calendar() }},

ledger AS (
    SELECT
        calendar.period_start,
        calendar.complete,
        coalesce(period_changes.new_customers, 0) AS new_customers,
        coalesce(period_changes.came_back, 0) AS came_back,
        coalesce(period_changes.lost, 0) AS lost,
        coalesce(period_changes.lost_of_start, 0) AS lost_of_start,
        sum(
            coalesce(period_changes.new_customers, 0) + coalesce(period_changes.came_back, 0) - coalesce(period_changes.lost, 0)
        ) OVER (ORDER BY calendar.period_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS active_at_end
    FROM calendar
    LEFT JOIN period_changes ON period_changes.period_start = calendar.period_start
)

SELECT
    period_start,
    CAST(active_at_end - new_customers - came_back + lost AS BIGINT) AS active_at_start,
    CAST(new_customers AS BIGINT) AS new_customers,
    CAST(came_back AS BIGINT) AS came_back,
    CAST(lost AS BIGINT) AS lost,
    CAST(active_at_end AS BIGINT) AS active_at_end,
    CAST(lost_of_start AS BIGINT) AS lost_of_start,
    main.ratio(lost_of_start, active_at_end - new_customers - came_back + lost) AS churn_rate,
    complete
FROM ledger
ORDER BY period_start
