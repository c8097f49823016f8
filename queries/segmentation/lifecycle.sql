/*
question = "How many customers are new, active, at risk, lapsed or won back?"
doc = """
Every customer with a sale, by where they stand at as_of: new (first order ever within active_days), won_back (ordered within active_days, \
after a silence of more than lapsed_days), active (other orders within active_days), at_risk (last order more than active_days ago), lapsed (more than \
lapsed_days ago). Who is known to have bought before the data begin is never new. Where a source told \
figures of customers and no orders, it can't tell who is new or won back: both are active."""
misleads = "Of a source that begins with the first order on record, everybody's first order looks like the first ever: whole months of new customers at the beginning are its start."
grain = ["stage"]
headline = ["stage", "customers", "customer_share", "monetary_share"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "bar"
x = "stage"
y = "customer_share"

[finding]
text = "{share:percent} of the customers have lapsed, {risk:percent} are at risk."
sql = "SELECT max(customer_share) FILTER (WHERE stage = 'lapsed') AS share, max(customer_share) FILTER (WHERE stage = 'at_risk') AS risk FROM answer"

[params]
as_of = { type = "timestamp", doc = "The moment that is now; later orders do not count. Default: the last sale." }
active_days = { type = "float", min = 0, default = 90, doc = "Elapsed days within which an order makes a customer new, won back or active." }
lapsed_days = { type = "float", min = 0, default = 180, doc = "Elapsed days after which a customer without an order has lapsed; at least active_days." }

[columns]
stage = "new, active, won_back, at_risk or lapsed; each has a row."
customers = "Number of customers."
customer_share = "Their share of the customers with a sale. NULL where nobody has one."
orders = "Number of their orders up to as_of."
monetary = "Net revenue less refunds of these orders."
monetary_share = "Their share of that money. NULL where all together is not above 0."
avg_days_since = "Mean elapsed days since the last order. NULL without a customer."
*/
{% from "segmentation/_told.sql" import told %}
WITH {{ told("$as_of IS NULL") }},

asked AS (
    SELECT
        coalesce($as_of, max(ordered_at)) AS today_at,
        CASE WHEN $lapsed_days >= $active_days THEN true ELSE error('lapsed_days must be at least active_days') END AS is_possible
    FROM star.fact_order
    WHERE customer_key <> 0 AND main.is_sale(status)
),

purchases AS (
    SELECT
        placed.customer_key,
        CASE WHEN main.is_sale(placed.status) THEN placed.ordered_at END AS ordered_at,
        placed.net_revenue - placed.refund_amount AS kept,
        max(CASE WHEN main.is_sale(placed.status) THEN placed.ordered_at END) OVER (
            PARTITION BY placed.customer_key
            ORDER BY placed.ordered_at, placed.order_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before_at,
        asked.today_at
    FROM star.fact_order AS placed
    INNER JOIN asked ON placed.ordered_at <= asked.today_at AND asked.is_possible
    WHERE placed.customer_key <> 0 AND (main.is_sale(placed.status) OR placed.status = 'credit_note')
),

customer_totals AS (
    SELECT
        customer_key,
        count(ordered_at) AS orders,
        sum(kept) AS monetary,
        min(ordered_at) AS first_at,
        main.elapsed_days(max(ordered_at), max(today_at)) AS days_since,
        main.elapsed_days(min(ordered_at), max(today_at)) AS days_since_first,
        -- Whether any order within active_days came after a long silence.
        bool_or(
            main.elapsed_days(ordered_at, today_at) <= $active_days AND main.elapsed_days(before_at, ordered_at) > $lapsed_days
        ) AS came_back
    FROM purchases
    GROUP BY customer_key
    HAVING count(ordered_at) > 0
    UNION ALL
    -- Of these nobody knows the first order, nor a silence.
    SELECT customer_key, frequency, monetary, NULL, recency_days, NULL, false
    FROM told_totals
    WHERE frequency > 0
),

customer_stages AS (
    SELECT
        customer_totals.*,
        CASE
            WHEN days_since > $lapsed_days THEN 'lapsed'
            WHEN days_since > $active_days THEN 'at_risk'
            WHEN
                days_since_first <= $active_days
                AND NOT coalesce(customer.first_ordered_on < CAST(customer_totals.first_at AS DATE), customer.ordered_before_data, false)
                THEN 'new'
            WHEN came_back THEN 'won_back'
            ELSE 'active'
        END AS stage
    FROM customer_totals
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = customer_totals.customer_key
),

stage_totals AS (
    SELECT
        stages.stage,
        stages.position,
        count(customer_stages.customer_key) AS customers,
        coalesce(sum(customer_stages.orders), 0) AS orders,
        coalesce(sum(customer_stages.monetary), 0) AS monetary,
        avg(customer_stages.days_since) AS days_since,
        sum(count(customer_stages.customer_key)) OVER () AS all_customers
    FROM (
        VALUES (1, 'new'), (2, 'active'), (3, 'won_back'), (4, 'at_risk'), (5, 'lapsed')
    ) AS stages (position, stage)
    LEFT JOIN customer_stages ON customer_stages.stage = stages.stage
    GROUP BY stages.stage, stages.position
)

SELECT
    stage,
    customers,
    main.ratio(customers, all_customers) AS customer_share,
    CAST(orders AS BIGINT) AS orders,
    main.money(monetary) AS monetary,
    CASE WHEN sum(monetary) OVER () > 0 THEN CAST(monetary AS DOUBLE) / CAST(sum(monetary) OVER () AS DOUBLE) END AS monetary_share,
    days_since AS avg_days_since
FROM stage_totals
WHERE all_customers > 0
ORDER BY position
