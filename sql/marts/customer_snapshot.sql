/*
doc   = "A customer and a day in figures: recency, visits, spend, purchases. Where a source gave such figures they are its own (star.fact_customer_snapshot); where none did, they are computed for each customer from orders and visits, as of the last order or visit in the data, and is_computed says so. Computed spend and purchases cover the last 730 days, as in the public customer personality data, and sales alone."
grain = ["customer_key", "snapshot_on"]

[columns]
customer_key = "Customer, never 0 where computed."
snapshot_on = "Day on which the figures were taken."
recency_days = "Days since the last purchase; computed: whole elapsed days. NULL without one."
web_visits = "Visits to the site in the last month; computed: the last 30 days, those before the customer was identified included."
spend = "Money spent; computed: net revenue before refunds. The sum of its categories where a source gives only these."
purchases_deal = "Purchases made with a discount; computed: orders with a discount."
purchases_web = "Purchases on the site; computed: orders whose order_channel is web or, where it is not known, that were placed in a visit or from a known device."
purchases_catalog = "Purchases from a catalogue; computed: orders whose order_channel is catalogue or phone. NULL where it is known of no order."
purchases_store = "Purchases in a store; computed: orders whose order_channel is store. NULL where it is known of no order."
has_complained = "Whether the customer complained; computed: in a survey of the last 730 days."
is_computed = "Whether Martlet computed the figures, rather than a source having given them."
*/
WITH given_figures AS (
    SELECT count(*) AS given_rows
    FROM star.fact_customer_snapshot
),

moments AS (
    SELECT greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)) AS last_at
),

-- No row where a source gave the figures, so that nothing is computed then.
as_of AS (
    SELECT moments.last_at
    FROM moments
    CROSS JOIN given_figures
    WHERE given_figures.given_rows = 0 AND moments.last_at IS NOT NULL
),

last_orders AS (
    SELECT placed.customer_key, floor(main.elapsed_days(max(placed.ordered_at), max(as_of.last_at))) AS recency_days
    FROM star.fact_order AS placed
    CROSS JOIN as_of
    WHERE main.is_sale(placed.status)
    GROUP BY placed.customer_key
),

purchases AS (
    SELECT
        placed.customer_key,
        sum(placed.net_revenue) AS spend,
        count(*) FILTER (WHERE placed.discount_amount > 0) AS deals,
        count(*) FILTER (
            WHERE placed.order_channel = 'web'
            OR (placed.order_channel IS NULL AND (placed.session_id IS NOT NULL OR placed.device_key <> 0))
        ) AS web,
        count(*) FILTER (WHERE placed.order_channel IN ('catalogue', 'phone')) AS catalogue,
        count(*) FILTER (WHERE placed.order_channel = 'store') AS store
    FROM star.fact_order AS placed
    INNER JOIN as_of ON placed.ordered_at > as_of.last_at - INTERVAL 730 DAY
    WHERE main.is_sale(placed.status)
    GROUP BY placed.customer_key
),

known_channels AS (
    SELECT count(order_channel) AS orders
    FROM star.fact_order
),

visits AS (
    SELECT coalesce(nullif(visit.customer_key, 0), visitor.customer_key) AS customer_key, count(*) AS visits
    FROM star.fact_session AS visit
    INNER JOIN as_of ON visit.started_at > as_of.last_at - INTERVAL 30 DAY
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    GROUP BY 1
),

categories AS (
    SELECT customer_key, date_key, main.money(sum(spend)) AS spend
    FROM star.fact_customer_category_spend
    GROUP BY customer_key, date_key
),

complaints AS (
    SELECT answer.customer_key, bool_or(answer.has_complained) AS has_complained
    FROM star.fact_survey AS answer
    INNER JOIN as_of ON answer.answered_at > as_of.last_at - INTERVAL 730 DAY
    GROUP BY answer.customer_key
)

SELECT
    taken.customer_key,
    taken.snapshot_on,
    taken.recency_days,
    taken.web_visits,
    coalesce(taken.spend, categories.spend) AS spend,
    taken.purchases_deal,
    taken.purchases_web,
    taken.purchases_catalog,
    taken.purchases_store,
    taken.has_complained,
    false AS is_computed
FROM star.fact_customer_snapshot AS taken
LEFT JOIN categories ON categories.customer_key = taken.customer_key AND categories.date_key = taken.date_key
UNION ALL
SELECT
    customer.customer_key,
    CAST(as_of.last_at AS DATE),
    CAST(last_orders.recency_days AS INTEGER),
    CAST(coalesce(visits.visits, 0) AS INTEGER),
    main.money(coalesce(purchases.spend, 0)),
    CAST(coalesce(purchases.deals, 0) AS INTEGER),
    CAST(coalesce(purchases.web, 0) AS INTEGER),
    CAST(CASE WHEN known_channels.orders > 0 THEN coalesce(purchases.catalogue, 0) END AS INTEGER),
    CAST(CASE WHEN known_channels.orders > 0 THEN coalesce(purchases.store, 0) END AS INTEGER),
    coalesce(complaints.has_complained, false),
    true
FROM star.dim_customer AS customer
CROSS JOIN as_of
CROSS JOIN known_channels
LEFT JOIN last_orders ON last_orders.customer_key = customer.customer_key
LEFT JOIN purchases ON purchases.customer_key = customer.customer_key
LEFT JOIN visits ON visits.customer_key = customer.customer_key
LEFT JOIN complaints ON complaints.customer_key = customer.customer_key
WHERE customer.customer_key <> 0
