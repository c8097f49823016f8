/*
question = "How do new products start?"
doc = """
Products launched within the range (by default after the day of the first sale on record), and what their first days brought: units and net revenue within days_after of the launch, against the other products of their category that sold in the same days: the index is the product's units over \
the mean of these, 1 is as usual. Who was not yet on offer for so long has no index. Among the buyers, those whose first order ever it was are told apart: products that win customers rather than sell to those there are."""
misleads = "A launch is advertised and looked at: what comes later is less. The other products of a category are those that sold at all in these days, so that a usual newcomer has an index below 1. Of a source without launch days there are no new products."
grain = ["product_id"]
headline = ["product_name", "category", "launched_on", "units", "revenue", "units_index"]
needs = ["star.fact_order_line", "star.dim_product.launched_on"]

[params]
start = { type = "timestamp", doc = "First launch day, inclusive. Default: the day after the first sale on record." }
until = { type = "timestamp", doc = "End of the launch days, exclusive. Default: all." }
days_after = { type = "int", min = 1, max = 3650, default = 90, doc = "Days from the launch on, itself included, that count." }

[columns]
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
launched_on = "First day on which it could be bought."
days_on_offer = "Days from then to the day of the last sale on record, itself included."
is_mature = "Whether it has been on offer for days_after."
first_sold_on = "Day of the first sale. NULL without one."
days_to_first_sale = "Days from the launch to the first sale. NULL without one."
orders = "Sales with the product within days_after."
units = "Units of these."
revenue = "Net revenue of these lines."
units_index = "units / mean units of the other products of the category that sold in the same days. NULL where it has not been on offer for so long, or no other sold."
new_customer_share = "Of the sales of known customers with the product, those that were the customer's first ever. NULL without one."
reviews = "Reviews up to now. NULL where no review is on record at all."
rating = "Mean of their stars."

[chart]
kind = "scatter"
x = "launched_on"
y = "units_index"

[finding]
text = "{name} started best of {products:count} new products: {units:count} units in its first days, {units_index:number} times what others of {category} sold."
sql = """
SELECT product_name AS name, category, units, units_index, (SELECT count(*) FROM answer WHERE is_mature) AS products
FROM answer
WHERE is_mature AND units >= 10 AND units_index > 1 AND (SELECT count(*) FROM answer WHERE is_mature) > 1
ORDER BY units_index DESC, product_id LIMIT 1"""
*/
WITH sold AS (
    SELECT
        line.product_key,
        product.category,
        CAST(line.ordered_at AS DATE) AS day,
        line.order_id,
        line.quantity,
        line.net_revenue,
        placed.is_first_order,
        placed.customer_key
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE main.is_sale(placed.status) AND line.product_key <> 0
),

ends AS (
    SELECT min(day) AS first_day, max(day) AS last_day
    FROM sold
),

launched AS (
    SELECT
        product.product_key,
        product.product_id,
        product.name AS product_name,
        product.category,
        product.launched_on,
        CAST(product.launched_on + CAST($days_after AS INTEGER) AS DATE) AS window_until,
        ends.last_day
    FROM star.dim_product AS product
    INNER JOIN ends ON product.launched_on <= ends.last_day
    WHERE
        product.product_key <> 0
        AND (product.launched_on >= $start OR ($start IS NULL AND product.launched_on > ends.first_day))
        AND ($until IS NULL OR product.launched_on < $until)
),

own_sums AS (
    SELECT
        launched.product_key,
        min(sold.day) AS first_sold_on,
        count(DISTINCT CASE WHEN sold.day < launched.window_until THEN sold.order_id END) AS orders,
        sum(CASE WHEN sold.day < launched.window_until THEN sold.quantity ELSE 0 END) AS units,
        sum(CASE WHEN sold.day < launched.window_until THEN sold.net_revenue ELSE 0 END) AS revenue,
        count(DISTINCT CASE WHEN sold.day < launched.window_until AND sold.customer_key <> 0 THEN sold.order_id END) AS known_orders,
        count(DISTINCT CASE WHEN sold.day < launched.window_until AND sold.customer_key <> 0 AND sold.is_first_order THEN sold.order_id END) AS first_orders
    FROM launched
    INNER JOIN sold ON sold.product_key = launched.product_key
    GROUP BY launched.product_key
),

other_sums AS (
    SELECT launched.product_key, sum(sold.quantity) AS units, count(DISTINCT sold.product_key) AS products
    FROM launched
    INNER JOIN sold
        ON sold.category = launched.category AND sold.product_key <> launched.product_key
        AND sold.day >= launched.launched_on AND sold.day < launched.window_until
    GROUP BY launched.product_key
),

review_sums AS (
    SELECT product_key, count(*) AS reviews, avg(rating) AS rating
    FROM star.fact_review
    GROUP BY product_key
)

SELECT
    launched.product_id,
    launched.product_name,
    launched.category,
    launched.launched_on,
    date_diff('day', launched.launched_on, launched.last_day) + 1 AS days_on_offer,
    launched.window_until <= launched.last_day + 1 AS is_mature,
    own_sums.first_sold_on,
    date_diff('day', launched.launched_on, own_sums.first_sold_on) AS days_to_first_sale,
    coalesce(own_sums.orders, 0) AS orders,
    CAST(coalesce(own_sums.units, 0) AS BIGINT) AS units,
    CAST(coalesce(own_sums.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
    CASE WHEN launched.window_until <= launched.last_day + 1 THEN main.ratio(coalesce(own_sums.units, 0), main.ratio(other_sums.units, other_sums.products)) END AS units_index,
    main.ratio(own_sums.first_orders, own_sums.known_orders) AS new_customer_share,
    CASE WHEN (SELECT count(*) FROM review_sums) > 0 THEN coalesce(review_sums.reviews, 0) END AS reviews,
    review_sums.rating
FROM launched
LEFT JOIN own_sums ON own_sums.product_key = launched.product_key
LEFT JOIN other_sums ON other_sums.product_key = launched.product_key
LEFT JOIN review_sums ON review_sums.product_key = launched.product_key
ORDER BY launched.launched_on DESC, launched.product_id
