/*
doc   = "A customer, a day and a category of products: what the customer had spent on it. Where a source gave such figures they are its own (star.fact_customer_category_spend); where none did, they are computed from the lines of sales of the 730 days up to the last order or visit in the data, and is_computed says so. Categories on which nothing was spent are absent where computed."
grain = ["customer_key", "snapshot_on", "category"]

[columns]
customer_key = "Customer, never 0 where computed."
snapshot_on = "Day on which the figures were taken."
category = "Category of the products."
spend = "Money spent on it; computed: net revenue of the lines, before refunds. Its sum over the categories is mart.customer_snapshot.spend, less sales that have no lines."
is_computed = "Whether Martlet computed the figures, rather than a source having given them."
*/
WITH given_figures AS (
    SELECT count(*) AS given_rows
    FROM star.fact_customer_category_spend
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

computed_spend AS (
    SELECT
        line.customer_key,
        CAST(max(as_of.last_at) AS DATE) AS snapshot_on,
        product.category,
        main.money(sum(line.net_revenue)) AS spend
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id AND main.is_sale(placed.status)
    INNER JOIN as_of ON line.ordered_at > as_of.last_at - INTERVAL 730 DAY
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE line.customer_key <> 0
    GROUP BY line.customer_key, product.category
)

SELECT customer_key, snapshot_on, category, spend, false AS is_computed
FROM star.fact_customer_category_spend
UNION ALL
SELECT customer_key, snapshot_on, category, spend, true
FROM computed_spend
