-- Customers with a sale, and their three measures in whole steps: a day, an order, a cent. Thresholds are whole
-- numbers of steps, so that nothing rounds. Money moves in whole units where the total of every customer is one.
-- Credit notes lower what a customer is worth, but are no orders.
valid_orders AS (
    SELECT customer_key, CASE WHEN main.is_sale(status) THEN ordered_at END AS ordered_at, net_revenue - refund_amount AS kept
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND (main.is_sale(status) OR status = 'credit_note')
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
        AND ($as_of IS NULL OR ordered_at <= $as_of)
),

today AS (
    SELECT coalesce($as_of, latest.ordered_at) AS today_at
    FROM (SELECT max(ordered_at) AS ordered_at FROM valid_orders) AS latest
),

customer_totals AS (
    SELECT
        customer_key,
        max(ordered_at) AS last_ordered_at,
        CAST(count(ordered_at) AS BIGINT) AS frequency,
        main.money(sum(kept)) AS monetary
    FROM valid_orders
    GROUP BY customer_key
    HAVING count(ordered_at) > 0
),

customer_values AS (
    SELECT
        customer_totals.customer_key,
        customer_totals.last_ordered_at,
        CAST(floor(main.elapsed_days(customer_totals.last_ordered_at, today.today_at)) AS BIGINT) AS recency_days,
        customer_totals.frequency,
        customer_totals.monetary
    FROM customer_totals
    CROSS JOIN today
),

money_steps AS (
    SELECT CASE WHEN bool_and(monetary = floor(monetary)) THEN 1 ELSE 100 END AS steps_per_unit
    FROM customer_values
),

customer_measures AS (
    SELECT customer_key, 'recency' AS measure, recency_days AS steps
    FROM customer_values
    UNION ALL
    SELECT customer_key, 'frequency' AS measure, frequency AS steps
    FROM customer_values
    UNION ALL
    SELECT
        customer_values.customer_key,
        'monetary' AS measure,
        CAST(customer_values.monetary * money_steps.steps_per_unit AS BIGINT) AS steps
    FROM customer_values
    CROSS JOIN money_steps
)
