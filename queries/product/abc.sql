/*
question = "Which few products bring the money, and which of them sell steadily?"
doc = """
Products with a sale by what they bring, in classes: A bring the first a_share of all together, the one that crosses the border included, B go on to b_share, C are the rest; equal amounts fall in one class, the better one. \
Beside it X, Y and Z by how steady the demand is: the coefficient of variation of the weekly units (standard deviation / mean) up to steady, up to varying, above; over the whole weeks from the product's first sale to the end of the range, weeks without a sale included. \
AX are the products that must never be missing, CZ those that may be ordered on demand. By margin only products count of which each cost is known."""
misleads = "Slow sellers always look unsteady: one unit in some weeks is chance, not a pattern. A season makes a product Z that is easy to plan. A product launched last month is C only because it is young (product/new_products)."
grain = ["product_id"]
headline = ["product_name", "category", "amount", "cumulative_share", "class", "demand"]
needs = ["star.fact_order_line"]

[params]
measure = { type = "choice", of = ["revenue", "margin"], default = "revenue", doc = "By what: net revenue of the lines, or margin, both before refunds." }
a_share = { type = "float", min = 0, max = 1, default = 0.8, doc = "Share of the whole amount that class A brings." }
b_share = { type = "float", min = 0, max = 1, default = 0.95, doc = "Share of the whole amount that A and B bring together." }
steady = { type = "float", min = 0, default = 0.5, doc = "Greatest coefficient of variation of class X." }
varying = { type = "float", min = 0, default = 1, doc = "Greatest coefficient of variation of class Y." }

[columns]
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
position = "Place by amount, from 1, the greatest; equal amounts share the place."
amount = "What it brings, in the warehouse's currency."
amount_share = "Its share of the whole amount. NULL where that is not above 0."
cumulative_share = "Share of it and of all with a greater or equal amount. NULL where the whole amount is not above 0."
class = "A, B or C."
units = "Units sold."
weeks = "Whole weeks since its first sale."
weekly_units = "Units per week over these. NULL below four weeks."
variation = "Standard deviation of the weekly units / their mean. NULL below four weeks."
demand = "X (steady), Y (varying) or Z (unsteady). NULL below four weeks."

[chart]
kind = "line"
x = "position"
y = "cumulative_share"

[finding]
text = "{items:count} of {all_items:count} products are A: they bring {share:percent}. {steady:count} of them sell steadily (X)."
sql = """
SELECT
    count(*) FILTER (WHERE class = 'A') AS items,
    count(*) AS all_items,
    sum(amount_share) FILTER (WHERE class = 'A') AS share,
    count(*) FILTER (WHERE class = 'A' AND demand = 'X') AS steady
FROM answer
HAVING count(*) FILTER (WHERE class = 'A') > 0 AND count(*) >= 10"""
*/
{% from "_shared/abc.sql" import class_columns, rank_columns, share_columns %}
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

ends AS (
    SELECT date_trunc('week', max(ordered_at) + INTERVAL 1 DAY) AS last_until
    FROM lines
),

week_sums AS (
    SELECT
        lines.product_key,
        CASE WHEN lines.ordered_at < ends.last_until THEN date_trunc('week', lines.ordered_at) END AS week_start,
        ends.last_until,
        sum(lines.quantity) AS units,
        sum(CASE WHEN $measure = 'margin' THEN lines.net_revenue - lines.quantity * lines.unit_cost ELSE lines.net_revenue END) AS amount,
        count(CASE WHEN $measure = 'margin' AND lines.unit_cost IS NULL THEN 1 END) AS unknown,
        min(lines.ordered_at) AS first_at
    FROM lines
    CROSS JOIN ends
    WHERE lines.product_key <> 0
    GROUP BY 1, 2, 3
),

-- The week of the first sale is seldom a whole one: it counts from the next Monday.
product_sums AS (
    SELECT
        product_key,
        sum(units) AS units,
        sum(amount) AS amount,
        date_diff('day', date_trunc('week', min(first_at) + INTERVAL 6 DAY), max(last_until)) // 7 AS weeks,
        date_trunc('week', min(first_at) + INTERVAL 6 DAY) AS whole_from
    FROM week_sums
    GROUP BY product_key
    HAVING sum(unknown) = 0
),

rhythms AS (
    SELECT
        product_sums.product_key,
        sum(week_sums.units) AS units,
        sum(CAST(week_sums.units AS BIGINT) * week_sums.units) AS squares
    FROM product_sums
    INNER JOIN week_sums ON week_sums.product_key = product_sums.product_key AND week_sums.week_start >= product_sums.whole_from
    GROUP BY product_sums.product_key
),

ranked AS (
    SELECT
        product_sums.*,
        CASE WHEN weeks >= 4 THEN CAST(coalesce(rhythms.units, 0) AS DOUBLE) / weeks END AS weekly_units,
        CASE WHEN weeks >= 4 THEN CAST(coalesce(rhythms.squares, 0) AS DOUBLE) / weeks END AS weekly_squares,
        {{ rank_columns("amount") }}
    FROM product_sums
    LEFT JOIN rhythms ON rhythms.product_key = product_sums.product_key
),

shares AS (
    SELECT
        ranked.*,
        {{ share_columns() }},
        -- As a sample, over one less.
        CASE WHEN weekly_units > 0 THEN sqrt(greatest(weekly_squares - weekly_units * weekly_units, 0) * weeks / (weeks - 1)) / weekly_units END AS variation
    FROM ranked
)

SELECT
    product.product_id,
    product.name AS product_name,
    product.category,
    shares.position,
    {{ class_columns() }},
    CAST(shares.units AS BIGINT) AS units,
    shares.weeks,
    shares.weekly_units,
    shares.variation,
    CASE WHEN shares.variation <= $steady THEN 'X' WHEN shares.variation <= $varying THEN 'Y' WHEN shares.weekly_units IS NOT NULL THEN 'Z' END AS demand
FROM shares
INNER JOIN star.dim_product AS product ON product.product_key = shares.product_key
CROSS JOIN (SELECT CASE WHEN $a_share <= $b_share AND $steady <= $varying THEN true ELSE error('a_share must be b_share at most, and steady varying at most') END AS is_possible) AS asked
WHERE asked.is_possible
ORDER BY shares.position, product.product_id
