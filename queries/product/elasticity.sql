/*
question = "How does demand answer to price, category by category?"
doc = """
The price elasticity of each category: percent change of units for one percent change of price, by a log-log regression on its weeks. units_per_line asks how many units of a thing people take once they buy it: units per order line \
of the category, on what was paid over the list price of the day, so on discounts alone. units_per_shop_line adds how often it is chosen: units per order line of the whole shop, on what was paid over what the same \
products are listed at on average in the range, so on list prices too; it has more chance in it. Neither price moves because dearer products were bought. Weeks are compared within the same calendar month alone, which takes out season, trend and what else lasts; they weigh by their \
lines. Standard errors hold for unequal variance (White 1980, HC1); intervals are Student's. Only weeks with a sale of the category count."""
misleads = """
A price that was cut because demand was expected to rise, as in a sale before Christmas, makes demand look more elastic than it is, and what people buy ahead is missing later. Few changes of price tell nothing: look at the interval. \
Customers who come to the shop because of a sale raise the lines of the whole shop, and are not counted as an answer to price."""
grain = ["category"]
headline = ["category", "elasticity", "low", "high", "weeks", "p_value"]
needs = ["star.fact_order_line"]

[params]
outcome = { type = "choice", of = ["units_per_line", "units_per_shop_line"], default = "units_per_line", doc = "What answers to price: units per order line of the category, to discounts; or units per order line of the whole shop, to discounts and list prices." }
level = { type = "float", min = 0.5, max = 0.9999, default = 0.95, doc = "Confidence level of the intervals." }

[columns]
category = "Category."
weeks = "Weeks with a sale."
units = "Units sold in them."
elasticity = "Percent change of units for one percent change of price; below -1 a lower price raises revenue. NULL where prices did not change within a month."
standard_error = "Its standard error. NULL where the weeks are too few to tell."
low = "Lower end of its interval."
high = "Upper end."
p_value = "Two-sided p-value of no answer to price."
price_spread = "Standard deviation of the logarithm of the price within months: where it is small, little can be learned."
is_elastic = "Whether the whole interval lies below -1: a lower price raises revenue (not margin). NULL without an interval."

[chart]
kind = "interval"
x = "category"
y = "elasticity"
low = "low"
high = "high"

[finding]
text = "Demand answers most to price in {category}: one percent off sells {more:number} % more ({low:number} to {high:number})."
sql = """
SELECT category, -elasticity AS more, -high AS low, -low AS high
FROM answer
WHERE p_value < 0.05 / (SELECT count(p_value) FROM answer) AND elasticity < 0
ORDER BY elasticity, category LIMIT 1"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

list_prices AS (
    SELECT product_key, CAST(sum(quantity * unit_price) AS DOUBLE) / nullif(CAST(sum(quantity) AS DOUBLE), 0) AS list_price
    FROM lines
    GROUP BY product_key
),

week_sums AS (
    SELECT
        product.category,
        CAST(date_trunc('week', lines.ordered_at) AS DATE) AS week_start,
        count(*) AS week_lines,
        CAST(sum(lines.quantity) AS DOUBLE) AS units,
        CAST(sum(lines.net_revenue) AS DOUBLE) / nullif(CAST(sum(main.fixed_point(
            lines.quantity * CASE $outcome WHEN 'units_per_line' THEN CAST(lines.unit_price AS DOUBLE) ELSE list_prices.list_price END
        )) AS DOUBLE), 0) AS price
    FROM lines
    INNER JOIN star.dim_product AS product ON product.product_key = lines.product_key
    INNER JOIN list_prices ON list_prices.product_key = lines.product_key
    WHERE product.category <> '(unknown)'
    GROUP BY 1, 2
),

points AS (
    SELECT
        category,
        date_trunc('month', week_start) AS month,
        CAST(week_lines AS DOUBLE) AS weight,
        units,
        ln(price) AS x,
        ln(units / CASE $outcome WHEN 'units_per_line' THEN week_lines ELSE sum(week_lines) OVER (PARTITION BY week_start) END) AS y
    FROM week_sums
    WHERE price > 0 AND units > 0
),

centred AS (
    SELECT
        points.*,
        x - CAST(sum(main.fixed_point(weight * x)) OVER (PARTITION BY category, month) AS DOUBLE) / sum(weight) OVER (PARTITION BY category, month) AS dx,
        y - CAST(sum(main.fixed_point(weight * y)) OVER (PARTITION BY category, month) AS DOUBLE) / sum(weight) OVER (PARTITION BY category, month) AS dy,
        CASE WHEN row_number() OVER (PARTITION BY category, month ORDER BY x, y) = 1 THEN 1 END AS is_first
    FROM points
),

slopes AS (
    SELECT
        centred.*,
        -- What is left where prices did not move is rounding.
        CASE
            WHEN CAST(sum(main.fixed_point(weight * dx * dx)) OVER (PARTITION BY category) AS DOUBLE) > 1e-9 * sum(weight) OVER (PARTITION BY category)
                THEN
                    CAST(sum(main.fixed_point(weight * dx * dy)) OVER (PARTITION BY category) AS DOUBLE)
                    / CAST(sum(main.fixed_point(weight * dx * dx)) OVER (PARTITION BY category) AS DOUBLE)
        END AS slope
    FROM centred
),

category_sums AS (
    SELECT
        category,
        count(*) AS weeks,
        sum(units) AS units,
        max(slope) AS elasticity,
        CAST(sum(main.fixed_point(weight * dx * dx)) AS DOUBLE) AS squares,
        sum(weight) AS weight,
        CAST(sum(main.fixed_point(power(weight * dx * (dy - slope * dx), 2))) AS DOUBLE) AS error_squares,
        count(*) - count(is_first) - 1 AS degrees
    FROM slopes
    GROUP BY category
),

errors AS (
    SELECT
        category_sums.*,
        CASE WHEN degrees > 0 THEN sqrt(error_squares * weeks / degrees) / squares END AS standard_error,
        CASE WHEN degrees > 0 THEN stats.student_t_quantile(0.5 + $level / 2, degrees) END AS reach
    FROM category_sums
)

SELECT
    category,
    weeks,
    CAST(units AS BIGINT) AS units,
    elasticity,
    CASE WHEN elasticity IS NOT NULL THEN standard_error END AS standard_error,
    elasticity - reach * standard_error AS low,
    elasticity + reach * standard_error AS high,
    stats.student_t_p(elasticity / nullif(standard_error, 0), degrees) AS p_value,
    sqrt(squares / nullif(weight, 0)) AS price_spread,
    elasticity + reach * standard_error < -1 AS is_elastic
FROM errors
ORDER BY category
