/*
question = "Which dearer product did its buyers go on to?"
doc = """
For each product the dearer ones of the same category that its buyers bought later, for the first time: how many went on, and what one sale more of the dearer instead of the other brings in price and margin. Prices are net revenue a unit of the sales that count, so discounts are in them; what costs are not known of has no margin. \
In order of the gain that is safe to expect: the lower end of the share who went on (Wilson, 95 %) times the gain in margin, or in price where a cost is not known; what would lose margin is left out. Only what may be recommended: in stock, still offered. For goods that go beside a product, dearer or not, take recommend/also_bought."""
misleads = "They went on to it without being shown it, some bought it beside the other rather than instead, and where other_way is near went_on the two are bought in any order: how many more would if it were shown is for a test to say. Who bought lately has had little time to go on, so shares are low for new products."
grain = ["product_id", "place"]
headline = ["product_name", "other_name", "went_on", "went_on_share", "price_gain", "margin_gain"]
needs = ["star.fact_order_line"]

[params]
of_same = { type = "choice", of = ["category", "subcategory"], default = "category", doc = "What the two have in common." }
per_product = { type = "int", min = 1, max = 100, default = 3, doc = "Most dearer ones of a product." }
min_went_on = { type = "int", min = 1, default = 3, doc = "Least buyers who went on." }
least_dearer = { type = "float", min = 0, max = 100, default = 0.1, doc = "How much dearer it must be, as a share of the product's price." }
only_customer = { type = "str", doc = "Identifier of a customer: only for what they bought last, and nothing that they have. Default: for all products." }
only_offered = { type = "bool", default = true, doc = "Leave out what is no longer offered now." }

[columns]
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
place = "Place of the dearer one among those of the product, from 1."
other_id = "Identifier of the dearer one."
other_name = "Its name."
buyers = "Customers who bought the product."
went_on = "Of these, customers who bought the dearer one later, for the first time."
other_way = "Customers who bought the dearer one first, and the product later."
went_on_share = "went_on / buyers."
went_on_low = "Lower end of its 95 % interval (Wilson)."
went_on_high = "Upper end."
price = "Net revenue a unit of the product."
other_price = "Net revenue a unit of the dearer one."
price_gain = "other_price - price."
margin_gain = "The same of the margin, price less cost. NULL where a cost is not known."
median_days = "Days between the first purchases of the two, median."

[chart]
kind = "scatter"
x = "went_on_share"
y = "price_gain"

[finding]
text = "{went_on:count} of the {buyers:count} buyers of {product_name} went on to {other_name}, {price_gain:money} dearer."
sql = """
SELECT went_on, buyers, product_name, other_name, price_gain
FROM answer
WHERE went_on - other_way > 1.96 * sqrt(went_on + other_way)
ORDER BY round(went_on_low * coalesce(margin_gain, price_gain), 9) DESC, product_id, place LIMIT 1"""
*/
{% from "recommend/_today.sql" import today %}
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_shelf.sql" import shelf %}
WITH {{ today() }},

{{ bought("CAST(line.customer_key AS BIGINT)", "line.customer_key <> 0") }},

{{ shelf("(NOT $only_offered OR product.is_active)") }},

prices AS (
    SELECT
        product_key,
        main.ratio(sum(net_revenue), sum(quantity)) AS price,
        CASE WHEN count(unit_cost) = count(*) THEN main.ratio(sum(net_revenue) - sum(quantity * unit_cost), sum(quantity)) END AS margin
    FROM sold
    GROUP BY product_key
),

kinds AS (
    SELECT
        product.product_key,
        CASE $of_same WHEN 'category' THEN product.category ELSE product.category || ' / ' || product.subcategory END AS kind,
        prices.price,
        shelf.product_key IS NOT NULL AS is_open
    FROM star.dim_product AS product
    INNER JOIN prices ON prices.product_key = product.product_key
    LEFT JOIN shelf ON shelf.product_key = product.product_key
),

steps AS (
    SELECT bought.basket_id, bought.product_key, bought.first_at, kinds.kind, kinds.price, kinds.is_open
    FROM bought
    INNER JOIN kinds ON kinds.product_key = bought.product_key
),

went AS (
    SELECT
        one.product_key,
        two.product_key AS other_key,
        count(CASE WHEN two.first_at > one.first_at THEN 1 END) AS went_on,
        count(CASE WHEN two.first_at < one.first_at THEN 1 END) AS other_way,
        median(CASE WHEN two.first_at > one.first_at THEN main.elapsed_days(one.first_at, two.first_at) END) AS median_days
    FROM steps AS one
    INNER JOIN steps AS two ON two.basket_id = one.basket_id AND two.kind = one.kind
    WHERE two.is_open AND two.price > one.price * (1 + $least_dearer)
    GROUP BY one.product_key, two.product_key
    HAVING count(CASE WHEN two.first_at > one.first_at THEN 1 END) >= $min_went_on
),

item_sums AS (
    SELECT product_key, count(*) AS buyers
    FROM bought
    GROUP BY product_key
),

-- What the customer who is asked for has, the latest first.
theirs AS (
    SELECT bought.product_key, bought.recency
    FROM bought
    INNER JOIN star.dim_customer AS customer ON customer.customer_key = bought.basket_id
    WHERE customer.customer_id = $only_customer
),

figures AS (
    SELECT
        went.product_key,
        went.other_key,
        went.went_on,
        went.other_way,
        went.median_days,
        item_sums.buyers,
        one.price,
        two.price AS other_price,
        two.margin - one.margin AS margin_gain,
        main.ratio(went.went_on, item_sums.buyers) AS went_on_share
    FROM went
    INNER JOIN item_sums ON item_sums.product_key = went.product_key
    INNER JOIN prices AS one ON one.product_key = went.product_key
    INNER JOIN prices AS two ON two.product_key = went.other_key
    LEFT JOIN theirs AS last_one ON last_one.product_key = went.product_key AND last_one.recency = 1
    LEFT JOIN theirs AS had ON had.product_key = went.other_key
    WHERE
        ($only_customer IS NULL OR (last_one.product_key IS NOT NULL AND had.product_key IS NULL))
        AND coalesce(two.margin > one.margin, true)
),

bounded AS (
    SELECT
        figures.*,
        stats.wilson_low(went_on_share, buyers, stats.z_95()) AS went_on_low,
        stats.wilson_high(went_on_share, buyers, stats.z_95()) AS went_on_high
    FROM figures
),

worths AS (
    SELECT bounded.*, round(went_on_low * coalesce(margin_gain, other_price - price), 9) AS worth
    FROM bounded
),

placed AS (
    SELECT
        worths.*,
        row_number() OVER (PARTITION BY product_key ORDER BY worth DESC, other_key) AS place,
        max(worth) OVER (PARTITION BY product_key) AS best_worth
    FROM worths
)

SELECT
    product.product_id,
    product.name AS product_name,
    product.category,
    placed.place,
    other.product_id AS other_id,
    other.name AS other_name,
    placed.buyers,
    placed.went_on,
    placed.other_way,
    placed.went_on_share,
    placed.went_on_low,
    placed.went_on_high,
    main.money(placed.price) AS price,
    main.money(placed.other_price) AS other_price,
    main.money(placed.other_price - placed.price) AS price_gain,
    main.money(placed.margin_gain) AS margin_gain,
    placed.median_days
FROM placed
INNER JOIN star.dim_product AS product ON product.product_key = placed.product_key
INNER JOIN star.dim_product AS other ON other.product_key = placed.other_key
WHERE placed.place <= $per_product
ORDER BY placed.best_worth DESC, product.product_id, placed.place
