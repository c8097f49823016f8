/*
question = "What is out of stock, what will be, and what did empty shelves cost?"
doc = """
Each product with weeks of stock in the range: what is left, how long that lasts at the pace of its last pace_weeks weeks in stock, how often and how long it was out (no unit left at the end of the week), and the sales that this has cost: for each week without stock the mean units of the \
weeks in stock among the eight before and the eight after, less what was sold in it all the same, at the price that a unit of the product brings on average. The interval is that of the mean, of counts (95 %, on the square root)."""
misleads = """
What was not sold of a product need not be lost: many take another one, so that the loss of the shop is smaller than the sum (in the synthetic company nearly all do). A shelf that was empty from Monday to Friday and full on Saturday counts as full. \
Seasons within the sixteen weeks are not seen. The last week on record is left out of the pace, since it may not be whole."""
grain = ["product_id"]
headline = ["product_name", "on_hand", "days_of_cover", "status", "weeks_out", "units_lost", "revenue_lost"]
needs = ["star.fact_inventory"]

[params]
pace_weeks = { type = "int", min = 1, max = 104, default = 8, doc = "Latest weeks in stock whose mean is the pace." }
low_days = { type = "float", min = 0, default = 14, doc = "Days of cover below which stock is low." }
high_days = { type = "float", min = 0, default = 180, doc = "Days of cover above which stock is high." }

[columns]
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
on_hand = "Units left at the end of the last week on record."
weekly_units = "Pace: mean units sold a week. NULL without a whole week in stock."
days_of_cover = "Days that on_hand lasts at that pace. NULL where nothing sells."
status = "out, low, ok, high, or idle (in stock, and nothing sells); not carried where the product has no row in the last week on record of all."
weeks = "Weeks on record."
weeks_out = "Of these, weeks without stock."
availability = "1 - weeks_out / weeks."
stock_outs = "Times that it went out of stock; one that began before the range counts."
last_out = "Monday of the latest week without stock. NULL without one."
units_lost = "Units not sold for that. NULL where no week in stock tells the pace."
units_lost_low = "Lower end of its interval. NULL where the weeks around sold nothing."
units_lost_high = "Upper end."
revenue_lost = "units_lost x net revenue a unit in the range. NULL where no sale tells a price."

[chart]
kind = "bar"
x = "product_name"
y = "revenue_lost"

[finding]
text = "Empty shelves kept {units:count} units ({low:count} to {high:count}), worth {revenue:money}, of {products:count} products from being sold; {out:count} products are out now."
sql = """
SELECT
    sum(units_lost) AS units,
    sum(units_lost) - 1.96 * sqrt(sum(power((units_lost_high - units_lost_low) / 3.92, 2))) AS low,
    sum(units_lost) + 1.96 * sqrt(sum(power((units_lost_high - units_lost_low) / 3.92, 2))) AS high,
    sum(revenue_lost) AS revenue,
    count(CASE WHEN units_lost > 0 THEN 1 END) AS products,
    count(CASE WHEN status = 'out' THEN 1 END) AS out
FROM answer
HAVING sum(units_lost) >= 1"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

shelves AS (
    SELECT shelf.product_key, day.date AS week_start, shelf.sold, shelf.on_hand, shelf.is_in_stock
    FROM star.fact_inventory AS shelf
    INNER JOIN star.dim_date AS day ON day.date_key = shelf.date_key
    WHERE
        shelf.product_key <> 0
        AND ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
),

around AS (
    SELECT
        shelves.*,
        max(week_start) OVER () AS last_week,
        row_number() OVER (PARTITION BY product_key ORDER BY week_start DESC) AS age,
        row_number() OVER (PARTITION BY product_key, is_in_stock, week_start = max_week ORDER BY week_start DESC) AS age_in_stock,
        sum(CASE WHEN is_in_stock AND week_start < max_week THEN sold END) OVER (PARTITION BY product_key ORDER BY week_start ROWS BETWEEN 8 PRECEDING AND 8 FOLLOWING) AS near_sold,
        count(CASE WHEN is_in_stock AND week_start < max_week THEN 1 END) OVER (PARTITION BY product_key ORDER BY week_start ROWS BETWEEN 8 PRECEDING AND 8 FOLLOWING) AS near_weeks,
        lag(is_in_stock) OVER (PARTITION BY product_key ORDER BY week_start) AS was_in_stock
    FROM (SELECT shelves.*, max(week_start) OVER () AS max_week FROM shelves) AS shelves
),

product_sums AS (
    SELECT
        product_key,
        max(CASE WHEN age = 1 THEN on_hand END) AS on_hand,
        bool_or(age = 1 AND week_start = last_week) AS is_carried,
        bool_or(age = 1 AND is_in_stock) AS is_in_stock,
        avg(CASE WHEN is_in_stock AND week_start < last_week AND age_in_stock <= $pace_weeks THEN sold END) AS weekly_units,
        count(*) AS weeks,
        count(CASE WHEN NOT is_in_stock THEN 1 END) AS weeks_out,
        count(CASE WHEN NOT is_in_stock AND was_in_stock IS NOT FALSE THEN 1 END) AS stock_outs,
        max(CASE WHEN NOT is_in_stock THEN week_start END) AS last_out,
        CAST(sum(CASE WHEN NOT is_in_stock AND near_weeks > 0 THEN main.fixed_point(greatest(CAST(near_sold AS DOUBLE) / near_weeks - sold, 0)) END) AS DOUBLE) AS units_lost,
        count(CASE WHEN NOT is_in_stock AND near_weeks > 0 THEN 1 END) AS known_out,
        avg(CASE WHEN NOT is_in_stock AND near_weeks > 0 THEN near_sold END) AS near_sold
    FROM around
    GROUP BY product_key
),

prices AS (
    SELECT product_key, CAST(sum(net_revenue) AS DOUBLE) / nullif(sum(quantity), 0) AS price
    FROM lines
    GROUP BY product_key
),

figures AS (
    SELECT
        product_sums.*,
        prices.price,
        on_hand * 7 / nullif(weekly_units, 0) AS days_of_cover,
        CASE WHEN known_out = weeks_out THEN coalesce(units_lost, 0) END AS lost
    FROM product_sums
    LEFT JOIN prices ON prices.product_key = product_sums.product_key
)

SELECT
    product.product_id,
    product.name AS product_name,
    product.category,
    figures.on_hand,
    figures.weekly_units,
    figures.days_of_cover,
    CASE
        WHEN NOT figures.is_carried THEN 'not carried'
        WHEN NOT figures.is_in_stock THEN 'out'
        WHEN figures.days_of_cover IS NULL THEN 'idle'
        WHEN figures.days_of_cover < $low_days THEN 'low'
        WHEN figures.days_of_cover > $high_days THEN 'high'
        ELSE 'ok'
    END AS status,
    figures.weeks,
    figures.weeks_out,
    1 - main.ratio(figures.weeks_out, figures.weeks) AS availability,
    figures.stock_outs,
    figures.last_out,
    figures.lost AS units_lost,
    CASE WHEN figures.near_sold > 0 THEN figures.lost * power(greatest(sqrt(figures.near_sold) - stats.z_95() / 2, 0), 2) / figures.near_sold END AS units_lost_low,
    CASE WHEN figures.near_sold > 0 THEN figures.lost * power(sqrt(figures.near_sold) + stats.z_95() / 2, 2) / figures.near_sold END AS units_lost_high,
    main.money(figures.lost * figures.price) AS revenue_lost
FROM figures
INNER JOIN star.dim_product AS product ON product.product_key = figures.product_key
ORDER BY revenue_lost DESC NULLS LAST, product.product_id
