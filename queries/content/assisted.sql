/*
question = "Which content do people read on the way to an order?"
doc = """
Sales whose customer had opened the page of an asset (star.fact_content, page_path) within lookback_days before the order, by asset, kind or topic; a browser that a customer is known to use counts as the customer. An order counts once in each row that stands on its way, so rows \
overlap; (any) has each order once. shared_revenue divides each order's revenue equally among the assets on its way, and sums to that of (any). last_orders counts the orders whose last page of content it was (of equals the higher number)."""
misleads = "Being on the way is no cause: who is about to buy reads more. Compare with how many readers there are at all, and doubt an asset that the shop puts in front of buyers."
grain = ["band"]
headline = ["band", "readers", "assisted_orders", "order_share", "shared_revenue", "median_days"]
needs = ["star.fact_content.page_path", "star.fact_event", "star.fact_order"]

[chart]
kind = "bar"
x = "band"
y = "shared_revenue"

[finding]
text = "{order_share:percent} of the orders followed a visit to content within the days before, {band} most of all: {assisted_orders:count} orders."
sql = """
SELECT (SELECT order_share FROM answer WHERE band = '(any)') AS order_share, band, assisted_orders
FROM answer
WHERE band <> '(any)' AND assisted_orders >= 10
ORDER BY assisted_orders DESC, band LIMIT 1"""

[params]
by = { type = "choice", of = ["asset", "content_type", "topic"], default = "asset", doc = "What a row is." }
lookback_days = { type = "float", min = 0, max = 3660, default = 30, doc = "Elapsed days before the order within which a page view counts, inclusive." }
start = { type = "timestamp", doc = "First moment of the orders, inclusive. Page views may lie before it. Default: all." }
until = { type = "timestamp", doc = "End of the orders, exclusive. Default: all." }

[columns]
band = "Number and title of the asset, kind or topic; (any) for any content."
readers = "Customers who ever opened one of its pages before until."
assisted_orders = "Orders with it on their way."
order_share = "assisted_orders / all sales of known customers in the range."
assisted_revenue = "Net revenue of these orders, each whole."
shared_revenue = "The same, each divided equally among the assets on its way."
last_orders = "Orders whose last page of content it was."
orders_per_reader = "assisted_orders / readers."
median_days = "Median elapsed days from the last view of it to the order."
*/
WITH pages AS (
    SELECT
        content.content_id,
        CASE $by
            WHEN 'asset' THEN CAST(content.content_id AS VARCHAR) || ' ' || content.title
            WHEN 'topic' THEN coalesce(content.topic, '(unknown)')
            ELSE content.content_type
        END AS band,
        page.page_key
    FROM (
        SELECT
            content_id,
            max_by(title, date_key) AS title,
            max_by(content_type, date_key) AS content_type,
            max_by(topic, date_key) AS topic,
            max_by(page_path, date_key) AS page_path
        FROM star.fact_content
        GROUP BY content_id
    ) AS content
    INNER JOIN star.dim_page AS page ON page.path = content.page_path AND page.page_key <> 0
),

-- Several events of a visit to a page are one view.
page_views AS (
    SELECT
        pages.content_id,
        pages.band,
        coalesce(nullif(happened.customer_key, 0), visitor.customer_key) AS customer_key,
        happened.occurred_at
    FROM star.fact_event AS happened
    INNER JOIN pages ON pages.page_key = happened.page_key
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = happened.visitor_id
    WHERE
        coalesce(nullif(happened.customer_key, 0), visitor.customer_key) <> 0
        AND ($until IS NULL OR happened.occurred_at < $until)
),

sales AS (
    SELECT order_id, customer_key, ordered_at, net_revenue
    FROM star.fact_order
    WHERE
        main.is_sale(status)
        AND customer_key <> 0
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
),

on_the_way AS (
    SELECT
        sales.order_id,
        sales.ordered_at,
        sales.net_revenue,
        views.content_id,
        views.band,
        max(views.occurred_at) AS last_viewed_at
    FROM sales
    INNER JOIN page_views AS views
        ON views.customer_key = sales.customer_key
        AND views.occurred_at <= sales.ordered_at
        AND epoch_us(sales.ordered_at) - epoch_us(views.occurred_at) <= main.microseconds($lookback_days)
    GROUP BY sales.order_id, sales.ordered_at, sales.net_revenue, views.content_id, views.band
),

shared AS (
    SELECT
        *,
        main.fixed_point(CAST(net_revenue AS DOUBLE) / count(*) OVER (PARTITION BY order_id)) AS shared_revenue,
        row_number() OVER (PARTITION BY order_id ORDER BY last_viewed_at DESC, content_id DESC) = 1 AS is_last
    FROM on_the_way
),

-- In each row an order once, however many of its assets it met.
order_rows AS (
    SELECT
        coalesce(band, '(any)') AS band,
        order_id,
        max(net_revenue) AS net_revenue,
        sum(shared_revenue) AS shared_revenue,
        bool_or(is_last) AS is_last,
        main.elapsed_days(max(last_viewed_at), max(ordered_at)) AS days
    FROM shared
    GROUP BY GROUPING SETS ((band, order_id), (order_id))
),

order_sums AS (
    SELECT
        band,
        count(*) AS orders,
        sum(net_revenue) AS revenue,
        sum(shared_revenue) AS shared_revenue,
        count(*) FILTER (WHERE is_last) AS last_orders,
        median(days) AS median_days
    FROM order_rows
    GROUP BY band
),

readers AS (
    SELECT coalesce(band, '(any)') AS band, count(DISTINCT customer_key) AS readers
    FROM page_views
    GROUP BY GROUPING SETS ((band), ())
    HAVING count(*) > 0
),

all_sales AS (
    SELECT count(*) AS orders
    FROM sales
)

SELECT
    readers.band,
    readers.readers,
    coalesce(order_sums.orders, 0) AS assisted_orders,
    main.ratio(coalesce(order_sums.orders, 0), all_sales.orders) AS order_share,
    CAST(coalesce(order_sums.revenue, 0) AS DECIMAL(18, 2)) AS assisted_revenue,
    CAST(coalesce(order_sums.shared_revenue, 0) AS DOUBLE) AS shared_revenue,
    coalesce(order_sums.last_orders, 0) AS last_orders,
    main.ratio(coalesce(order_sums.orders, 0), readers.readers) AS orders_per_reader,
    order_sums.median_days
FROM readers
CROSS JOIN all_sales
LEFT JOIN order_sums ON order_sums.band = readers.band
WHERE all_sales.orders > 0
ORDER BY assisted_orders DESC, readers.band
