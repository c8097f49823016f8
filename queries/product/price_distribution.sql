/*
question = "What do things cost: the spread of prices in each category?"
doc = """
The distribution of prices by category: of what was sold (each unit counts, at the price that was paid for it or the one before discounts), or of what is offered (each product counts, at its list price now). \
Quantiles are the least price at which so great a share is reached, so that each is a price that occurs."""
misleads = "Units that sell often weigh most: the median of what was sold is what a customer pays, that of what is offered what the shelf asks. A bundle and a single piece stand in one category."
grain = ["category"]
headline = ["category", "units", "low_quartile", "median_price", "high_quartile", "max_price"]
needs = ["star.fact_order_line or star.dim_product.list_price"]

[params]
of = { type = "choice", of = ["paid", "before_discounts", "list"], default = "paid", doc = "Which price: paid (net revenue / units of a line), before_discounts (of a line), or list (of products that are offered, now)." }

[columns]
category = "Category."
units = "Units sold; products, where it is of list prices."
mean_price = "Mean price, each unit (or product) counting once."
min_price = "Lowest price."
low_decile = "Price at or below which a tenth is."
low_quartile = "The same of a quarter."
median_price = "The same of half."
high_quartile = "The same of three quarters."
high_decile = "The same of nine tenths."
max_price = "Highest price."
revenue_share = "Share of the money of all categories: units times price."

[chart]
kind = "box"
x = "category"
y = "median_price"
low = "low_quartile"
high = "high_quartile"
least = "low_decile"
most = "high_decile"

[finding]
text = "Half of what {category} costs lies between {low:money} and {high:money}; nowhere is the middle dearer than its {middle:money}."
sql = """
SELECT category, low_quartile AS low, high_quartile AS high, median_price AS middle
FROM answer
WHERE units >= 30 AND median_price = (SELECT max(median_price) FROM answer) AND (SELECT count(*) FROM answer) > 1
ORDER BY category LIMIT 1"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

prices AS (
    SELECT
        product.category,
        CASE $of WHEN 'paid' THEN CAST(lines.net_revenue AS DOUBLE) / lines.quantity ELSE CAST(lines.unit_price AS DOUBLE) END AS price,
        lines.quantity AS units
    FROM lines
    INNER JOIN star.dim_product AS product ON product.product_key = lines.product_key
    WHERE $of <> 'list' AND lines.quantity > 0
    UNION ALL
    SELECT category, CAST(list_price AS DOUBLE), 1
    FROM star.dim_product
    WHERE $of = 'list' AND product_key <> 0 AND is_active AND list_price IS NOT NULL
),

steps AS (
    SELECT category, price, sum(units) AS units
    FROM prices
    GROUP BY category, price
),

running AS (
    SELECT
        steps.*,
        sum(units) OVER (PARTITION BY category ORDER BY price ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far,
        sum(units) OVER (PARTITION BY category) AS all_units
    FROM steps
)

SELECT
    category,
    CAST(max(all_units) AS BIGINT) AS units,
    CAST(sum(main.fixed_point(price * units)) AS DOUBLE) / CAST(max(all_units) AS DOUBLE) AS mean_price,
    min(price) AS min_price,
    min(CASE WHEN so_far * 10 >= all_units THEN price END) AS low_decile,
    min(CASE WHEN so_far * 4 >= all_units THEN price END) AS low_quartile,
    min(CASE WHEN so_far * 2 >= all_units THEN price END) AS median_price,
    min(CASE WHEN so_far * 4 >= all_units * 3 THEN price END) AS high_quartile,
    min(CASE WHEN so_far * 10 >= all_units * 9 THEN price END) AS high_decile,
    max(price) AS max_price,
    main.ratio(sum(main.fixed_point(price * units)), sum(sum(main.fixed_point(price * units))) OVER ()) AS revenue_share
FROM running
GROUP BY category
ORDER BY category
