/*
question = "What did each product sell in the time that was to be foretold?"
doc = "One row for each product of features/product, with what it sold in (as_of + gap, as_of + gap + horizon]. By default as_of is the latest moment whose horizon is over."
misleads = "When the horizon is not over by the last order or visit in the data (is_complete is false), less sold than will have. A product that was out of stock or taken off the list sold nothing for that reason."
grain = ["product_key"]
headline = ["product_key", "units", "revenue", "is_complete"]
needs = ["star.fact_order_line"]

[chart]
kind = "bar"
x = "product_key"
y = "units"

[finding]
text = "{sold:count} of {products:count} products sold, {units:count} units in all."
sql = "SELECT count(*) FILTER (WHERE units > 0) AS sold, count(*) AS products, sum(units) AS units FROM answer HAVING count(*) > 0"

[columns]
product_key = "Product, as in star.dim_product, never 0."
as_of = "The moment of asking."
counted_from = "End of the gap: what comes later counts."
counted_until = "End of the horizon, inclusive."
is_complete = "Whether the data go on to the end of the horizon."
has_sold = "1 when it sold within the horizon, else 0."
units = "Units sold within the horizon."
customers = "Customers who bought it."
revenue = "Net revenue of these lines, before refunds."
margin = "Margin of these lines. NULL when a cost is not known."
*/
{% from "features/_ahead.sql" import ahead %}
WITH {{ ahead() }},

earlier_sales AS (
    SELECT DISTINCT line.product_key
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    CROSS JOIN asked
    WHERE main.is_sale(placed.status) AND line.ordered_at < asked.as_of
),

later_lines AS (
    SELECT
        line.product_key,
        sum(line.quantity) AS units,
        count(DISTINCT nullif(line.customer_key, 0)) AS customers,
        sum(line.net_revenue) AS revenue,
        CASE WHEN count(line.unit_cost) = count(*) THEN sum(line.net_revenue - line.quantity * line.unit_cost) END AS margin
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    CROSS JOIN asked
    WHERE
        main.is_sale(placed.status)
        AND line.ordered_at > asked.counted_from
        AND line.ordered_at <= asked.counted_until
    GROUP BY line.product_key
)

SELECT
    product.product_key,
    asked.as_of,
    asked.counted_from,
    asked.counted_until,
    asked.is_complete,
    CASE WHEN later_lines.units > 0 THEN 1 ELSE 0 END AS has_sold,
    CAST(coalesce(later_lines.units, 0) AS BIGINT) AS units,
    coalesce(later_lines.customers, 0) AS customers,
    main.money(coalesce(later_lines.revenue, 0)) AS revenue,
    main.money(CASE WHEN later_lines.product_key IS NULL THEN 0 ELSE later_lines.margin END) AS margin
FROM star.dim_product AS product
CROSS JOIN asked
LEFT JOIN earlier_sales ON earlier_sales.product_key = product.product_key
LEFT JOIN later_lines ON later_lines.product_key = product.product_key
WHERE product.product_key <> 0 AND (product.launched_on < asked.as_of OR earlier_sales.product_key IS NOT NULL)
ORDER BY product.product_key
