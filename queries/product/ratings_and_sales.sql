/*
question = "Do better rated products sell more?"
doc = """
Each product with a review: its stars, drawn towards the mean of its category as long as reviews are few (each category's mean counts as prior_reviews more of them), and its sales against the other products of its category: units a day on offer (since its launch, \
or the first day of the range), over the category's mean. So neither dear nor old products look better or worse for that. How many of those who looked at it bought it stands beside, where visits tell which products were seen."""
misleads = """
Who sells much is reviewed more, and those who review are those who bought: nothing here says that stars sell. What makes a product seen (a good place in the shop, an ad) hides what its quality does: sales per view tells more. \
Reviews of the range count, so that a later one is held against earlier sales too."""
grain = ["product_id"]
headline = ["product_name", "reviews", "rating", "sales_index", "units_per_view"]
needs = ["star.fact_review", "star.fact_order_line"]

[params]
prior_reviews = { type = "float", min = 0, max = 1000, default = 5, doc = "Reviews of the mean of the category that each product is given in advance." }

[columns]
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
reviews = "Reviews published in the range."
mean_stars = "Mean of their stars."
rating = "The same, drawn towards the mean of the category."
units = "Units sold in the range."
revenue = "Net revenue of them."
sales_index = "Units a day on offer / the mean of the category's products; 1 is as usual. NULL where nothing of the category was sold."
views = "Visits that looked at the product. NULL where no view of a product is on record."
units_per_view = "units / views."
returned_share = "Returned units of the sales / units. NULL where no return is on record at all."

[chart]
kind = "scatter"
x = "rating"
y = "sales_index"
quadrants = ["sold in spite of their stars", "liked and sold", "neither", "liked, and sold little"]

[finding]
text = "Products with better ratings sell {direction}: the correlation of stars with the logarithm of sales is {r:number} ({low:number} to {high:number}) over {products:count} products."
sql = """
WITH points AS (
    SELECT rating, ln(sales_index) AS sales
    FROM answer
    WHERE reviews >= 3 AND sales_index > 0
),
correlations AS (
    SELECT count(*) AS products, corr(rating, sales) AS r
    FROM points
),
intervals AS (
    SELECT
        products,
        r,
        0.5 * ln((1 + r) / (1 - r)) - 1.959963984540054 / sqrt(products - 3) AS low_z,
        0.5 * ln((1 + r) / (1 - r)) + 1.959963984540054 / sqrt(products - 3) AS high_z
    FROM correlations
    WHERE products >= 30 AND abs(r) < 1
)
SELECT
    products,
    CASE WHEN r > 0 THEN 'more' ELSE 'less' END AS direction,
    r,
    (exp(2 * low_z) - 1) / (exp(2 * low_z) + 1) AS low,
    (exp(2 * high_z) - 1) / (exp(2 * high_z) + 1) AS high
FROM intervals
WHERE low_z > 0 OR high_z < 0"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

returned AS (
    SELECT order_line_id, sum(quantity) AS units
    FROM star.fact_return
    GROUP BY order_line_id
),

sold AS (
    SELECT lines.product_key, sum(lines.quantity) AS units, sum(lines.net_revenue) AS revenue, sum(coalesce(returned.units, 0)) AS returned_units
    FROM lines
    LEFT JOIN returned ON returned.order_line_id = lines.order_line_id
    GROUP BY lines.product_key
),

ends AS (
    SELECT min(ordered_at) AS first_at, max(ordered_at) AS last_at
    FROM lines
),

reviewed AS (
    SELECT product_key, count(*) AS reviews, sum(rating) AS stars
    FROM star.fact_review
    WHERE product_key <> 0 AND ($start IS NULL OR reviewed_at >= $start) AND ($until IS NULL OR reviewed_at < $until)
    GROUP BY product_key
),

seen AS (
    SELECT product_key, count(DISTINCT coalesce(session_id, event_id)) AS views
    FROM star.fact_event
    WHERE product_key <> 0 AND event_name = 'product_view' AND ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
    GROUP BY product_key
),

products AS (
    SELECT
        product.product_key,
        product.product_id,
        product.name AS product_name,
        product.category,
        coalesce(reviewed.reviews, 0) AS reviews,
        reviewed.stars,
        coalesce(sold.units, 0) AS units,
        coalesce(sold.revenue, 0) AS revenue,
        coalesce(sold.returned_units, 0) AS returned_units,
        main.elapsed_days(CASE WHEN CAST(product.launched_on AS TIMESTAMP) > ends.first_at THEN CAST(product.launched_on AS TIMESTAMP) ELSE ends.first_at END, ends.last_at) AS days
    FROM star.dim_product AS product
    CROSS JOIN ends
    LEFT JOIN reviewed ON reviewed.product_key = product.product_key
    LEFT JOIN sold ON sold.product_key = product.product_key
    WHERE product.product_key <> 0
),

beside_category AS (
    SELECT
        products.*,
        main.ratio(sum(stars) OVER (PARTITION BY category), sum(reviews) OVER (PARTITION BY category)) AS category_stars,
        CASE WHEN days >= 1 THEN units / days END AS pace,
        main.ratio(
            sum(CASE WHEN days >= 1 THEN main.fixed_point(units / days) END) OVER (PARTITION BY category),
            count(CASE WHEN days >= 1 THEN units END) OVER (PARTITION BY category)
        ) AS category_pace
    FROM products
),

told AS (
    SELECT (SELECT count(*) FROM seen) > 0 AS views_told, (SELECT count(*) FROM returned) > 0 AS returns_told
)

SELECT
    products.product_id,
    products.product_name,
    products.category,
    products.reviews,
    main.ratio(products.stars, products.reviews) AS mean_stars,
    main.ratio(products.stars + $prior_reviews * products.category_stars, products.reviews + $prior_reviews) AS rating,
    CAST(products.units AS BIGINT) AS units,
    CAST(products.revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(products.pace, products.category_pace) AS sales_index,
    CASE WHEN told.views_told THEN coalesce(seen.views, 0) END AS views,
    CASE WHEN told.views_told THEN main.ratio(products.units, seen.views) END AS units_per_view,
    CASE WHEN told.returns_told THEN main.ratio(products.returned_units, products.units) END AS returned_share
FROM beside_category AS products
CROSS JOIN told
LEFT JOIN seen ON seen.product_key = products.product_key
WHERE products.reviews > 0
ORDER BY products.reviews DESC, products.product_id
