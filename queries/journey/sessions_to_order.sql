/*
question = "How many visits does it take until an order?"
doc = """
Orders by the number of the person's visits up to and with the one that ended in the order: since the order before, or since the first visit on record. Visits of one moment follow each other by their number. \
days are elapsed from the first of these visits to the last. Numbers of visits that no order took have no row; the last row holds all with more. Needs star.fact_session alone; orders outside of visits are left out."""
misleads = "What came before the data begin is not known, so early orders seem to take few visits. Visitors are browsers: people who change the device or clear cookies seem to decide at once; customers who were never known before they ordered have only the visits of the same browser."
grain = ["visits"]
headline = ["visits", "orders", "order_share", "cumulative_share", "revenue", "median_days"]
needs = ["star.fact_session"]

[params]
unit = { type = "choice", of = ["person", "customer", "visitor"], default = "person", doc = "Whose visits are counted: a customer's, known by the log-in or by the browser, also before that; a browser's; or, of a person, the customer's where one is known, else the browser's. Visits without one are left out." }
whose = { type = "choice", of = ["all", "first"], default = "all", doc = "All orders, or only the first on record of each unit." }
most = { type = "int", min = 1, max = 1000, default = 10, doc = "The last row holds orders with this many visits or more." }
start = { type = "timestamp", doc = "First moment of the visits with the order, inclusive; earlier visits count to them. Default: all." }
until = { type = "timestamp", doc = "End of these visits, exclusive. Default: all." }

[columns]
visits = "Visits up to the order, with its own; the last row has this many or more."
orders = "Number of orders."
order_share = "Share of all orders here."
cumulative_share = "Share with at most so many visits."
revenue = "Net revenue of the orders."
average_order_value = "revenue / orders."
mean_days = "Mean elapsed days from the first of the visits to the one with the order."
median_days = "Median of the same."

[chart]
kind = "bar"
x = "visits"
y = "order_share"

[finding]
text = "{share:percent} of the orders come in the first visit, {later:percent} take three or more."
sql = """
SELECT
    CAST(sum(CASE WHEN visits = 1 THEN orders ELSE 0 END) AS DOUBLE) / sum(orders) AS share,
    CAST(sum(CASE WHEN visits >= 3 THEN orders ELSE 0 END) AS DOUBLE) / sum(orders) AS later
FROM answer
HAVING sum(orders) >= 30 AND max(visits) >= 3"""
*/
WITH unit_visits AS (
    SELECT
        -- Numbers of customers are odd, those of browsers even.
        CASE
            WHEN $unit <> 'visitor' AND coalesce(nullif(visit.customer_key, 0), visitor.customer_key, 0) <> 0
                THEN CAST(coalesce(nullif(visit.customer_key, 0), visitor.customer_key) AS BIGINT) * 2 + 1
            WHEN $unit <> 'customer' THEN visit.visitor_id * 2
        END AS unit_id,
        visit.session_id,
        visit.started_at,
        visit.is_converted,
        visit.revenue
    FROM star.fact_session AS visit
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE $until IS NULL OR visit.started_at < $until
),

numbered AS (
    SELECT
        unit_visits.*,
        count(CASE WHEN is_converted THEN 1 END) OVER (
            PARTITION BY unit_id ORDER BY started_at, session_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS orders
    FROM unit_visits
    WHERE unit_id IS NOT NULL
),

-- The visits up to an order are those with as many orders before them.
rounds AS (
    SELECT
        unit_id,
        orders - CASE WHEN is_converted THEN 1 ELSE 0 END AS orders_before,
        count(*) AS visits,
        min(started_at) AS first_at,
        max(CASE WHEN is_converted THEN started_at END) AS ordered_at,
        sum(CASE WHEN is_converted THEN revenue END) AS revenue
    FROM numbered
    GROUP BY 1, 2
),

placed AS (
    SELECT
        least(visits, $most) AS visits,
        revenue,
        main.elapsed_days(first_at, ordered_at) AS days
    FROM rounds
    WHERE
        ordered_at IS NOT NULL
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($whose = 'all' OR orders_before = 0)
),

visit_counts AS (
    SELECT
        visits,
        count(*) AS orders,
        sum(revenue) AS revenue,
        main.ratio(sum(main.fixed_point(days)), count(*)) AS mean_days,
        median(days) AS median_days
    FROM placed
    GROUP BY visits
),

shares AS (
    SELECT
        visits,
        orders,
        main.ratio(orders, sum(orders) OVER ()) AS order_share,
        main.ratio(
            sum(orders) OVER (ORDER BY visits ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), sum(orders) OVER ()
        ) AS cumulative_share,
        revenue,
        mean_days,
        median_days
    FROM visit_counts
)

SELECT
    CAST(visits AS INTEGER) AS visits,
    orders,
    order_share,
    cumulative_share,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, orders) AS average_order_value,
    mean_days,
    median_days
FROM shares
ORDER BY visits
