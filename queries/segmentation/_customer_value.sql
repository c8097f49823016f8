/*
[params]
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
*/
{% from "segmentation/_told.sql" import told %}
-- Customers with a sale, and their three measures in whole steps: a day, an order, a cent. Thresholds are whole
-- numbers of steps, so that nothing rounds. Money moves in whole units where the total of every customer is one.
-- Credit notes lower what a customer is worth, but are no orders. All is by the moments that the query asks about.
valid_orders AS (
    SELECT
        moments.moment,
        moments.asked_at,
        placed.customer_key,
        CASE WHEN main.is_sale(placed.status) THEN placed.ordered_at END AS ordered_at,
        placed.net_revenue - placed.refund_amount AS kept
    FROM star.fact_order AS placed
    INNER JOIN moments ON moments.asked_at IS NULL OR placed.ordered_at <= moments.asked_at
    WHERE
        placed.customer_key <> 0
        AND (main.is_sale(placed.status) OR placed.status = 'credit_note')
        AND ($start IS NULL OR placed.ordered_at >= $start)
        AND ($until IS NULL OR placed.ordered_at < $until)
),

today AS (
    SELECT moment, coalesce(max(asked_at), max(ordered_at)) AS today_at
    FROM valid_orders
    GROUP BY moment
),

customer_totals AS (
    SELECT
        moment,
        customer_key,
        min(ordered_at) AS first_ordered_at,
        max(ordered_at) AS last_ordered_at,
        CAST(count(ordered_at) AS BIGINT) AS frequency,
        main.money(sum(kept)) AS monetary
    FROM valid_orders
    GROUP BY moment, customer_key
    HAVING count(ordered_at) > 0
),

{{ told("$start IS NULL AND $until IS NULL") }},

-- is_older: no new customer, for there is more than one order, or one is known from before the orders that count.
customer_values AS (
    SELECT
        customer_totals.moment,
        customer_totals.customer_key,
        customer_totals.last_ordered_at,
        CAST(floor(main.elapsed_days(customer_totals.last_ordered_at, today.today_at)) AS BIGINT) AS recency_days,
        customer_totals.frequency,
        customer_totals.monetary,
        customer_totals.frequency > 1
        OR coalesce(customer.first_ordered_on < CAST(customer_totals.first_ordered_at AS DATE), customer.ordered_before_data, false) AS is_older
    FROM customer_totals
    INNER JOIN today ON today.moment = customer_totals.moment
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = customer_totals.customer_key
    UNION ALL
    SELECT
        moments.moment,
        told_totals.customer_key,
        told_totals.last_ordered_at,
        told_totals.recency_days,
        told_totals.frequency,
        told_totals.monetary,
        told_totals.frequency > 1
    FROM told_totals
    INNER JOIN moments ON moments.asked_at IS NULL
    WHERE told_totals.frequency > 0
),

money_steps AS (
    SELECT CASE WHEN bool_and(monetary = floor(monetary)) THEN 1 ELSE 100 END AS steps_per_unit
    FROM customer_values
),

customer_measures AS (
    SELECT moment, customer_key, 'recency' AS measure, recency_days AS steps
    FROM customer_values
    UNION ALL
    SELECT moment, customer_key, 'frequency' AS measure, frequency AS steps
    FROM customer_values
    UNION ALL
    SELECT
        customer_values.moment,
        customer_values.customer_key,
        'monetary' AS measure,
        CAST(customer_values.monetary * money_steps.steps_per_unit AS BIGINT) AS steps
    FROM customer_values
    CROSS JOIN money_steps
)
