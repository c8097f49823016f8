/*
question = "What do the buyers of a product buy besides?"
doc = """
For each product the others that its buyers buy too, on the same day or another, before as_of: how many buy both, against how many would if the two had nothing to do with each other. Dunning's log-likelihood ratio (1993) says how far that is from chance: \
above 10.8 it comes about once in a thousand pairs that have nothing to do with each other, which among all the pairs of a shop is often: adjusted_p counts how many pairs were looked at; below 0 the two are bought together less than that. score is a cosine whose popularity is shrunk, co_buyers / (sqrt(buyers x other_buyers) + shrink): that of two products with few buyers is drawn towards 0. \
next_share is what recommend/for_customer takes. For what stands in one basket, with intervals, by category or brand, take product/cross_sell: it is about orders, this about people, and with level orders this too is cheap where there are millions of them."""
misleads = "Tastes are shared, so that what goes together need not make each other be bought: whether showing the one sells the other is for lists held back to say (recommend/lists). A basket counts with its latest most_products products alone."
grain = ["product_id", "place"]
headline = ["product_name", "other_name", "co_buyers", "expected_buyers", "lift", "log_likelihood_ratio", "score"]
needs = ["star.fact_order_line"]

[params]
level = { type = "choice", of = ["customers", "orders"], default = "customers", doc = "Who buys both: a customer, at any time, or an order." }
rank_by = { type = "choice", of = ["log_likelihood_ratio", "score", "lift", "next_share"], default = "log_likelihood_ratio", doc = "What puts the others in order." }
per_product = { type = "int", min = 1, max = 1000, default = 5, doc = "Most others of a product." }
min_co_buyers = { type = "int", min = 1, default = 3, doc = "Least buyers of both." }
only_category = { type = "str", doc = "Only products of this category; the others may be of any. Default: all." }

[columns]
counted = "What buyers are here and below: customers or orders, as level says."
product_id = "Identifier of the product."
product_name = "Its name."
place = "Place of the other among those of the product, from 1."
other_id = "Identifier of the other product."
other_name = "Its name."
other_category = "Its category."
co_buyers = "Those who bought both."
buyers = "Those who bought the product."
other_buyers = "Those who bought the other."
all_buyers = "All who bought anything."
expected_buyers = "Buyers of both if the two had nothing to do with each other: buyers x other_buyers / all_buyers."
confidence = "co_buyers / buyers."
lift = "co_buyers / expected_buyers; 1 is chance."
log_likelihood_ratio = "Dunning's G2, below 0 where fewer buy both than by chance."
adjusted_p = "Chance of a pair as far from chance as this among all pairs of products, if none had to do with each other (Bonferroni, at most 1): below 0.05 it is more than luck. 1 where fewer buy both than by chance."
score = "co_buyers / (sqrt(buyers x other_buyers) + shrink), 0 to 1."
next_share = "co_buyers / (how often any other product is among the buyers' + shrink): of what the buyers have besides, the share that is this one, less where little is known."

[chart]
kind = "scatter"
x = "co_buyers"
y = "lift"

[finding]
text = "{both:count} of the {buyers:count} {counted} with {product_name} have {other_name} too, {lift:number} times as many as by chance."
sql = """
SELECT co_buyers AS both, buyers, counted, product_name, other_name, lift
FROM answer
WHERE adjusted_p < 0.05
ORDER BY round(log_likelihood_ratio, 6) DESC, product_id, other_id LIMIT 1"""
*/
{% from "recommend/_today.sql" import today %}
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_pairs.sql" import pairs %}
{% from "recommend/_likeness.sql" import likeness %}
{% from "_shared/words.sql" import asked_words, is_asked %}
WITH {{ today() }},

{{ bought("CASE $level WHEN 'orders' THEN line.order_id ELSE CAST(line.customer_key AS BIGINT) END", "($level = 'orders' OR line.customer_key <> 0)") }},

{{ pairs() }},

{{ likeness() }},

{{ asked_words("$only_category", "category", "star.dim_product") }},

ranked AS (
    SELECT
        likeness.*,
        product.product_id,
        product.name AS product_name,
        CASE $rank_by
            WHEN 'score' THEN round(likeness.cosine, 9)
            WHEN 'lift' THEN round(likeness.lift, 9)
            WHEN 'next_share' THEN round(likeness.share, 9)
            ELSE round(likeness.log_likelihood_ratio, 6)
        END AS worth
    FROM likeness
    INNER JOIN star.dim_product AS product ON product.product_key = likeness.product_key
    CROSS JOIN asked_words
    WHERE
        likeness.together >= $min_co_buyers
        AND {{ is_asked("$only_category", "product.category") }}
),

placed AS (
    SELECT
        ranked.*,
        row_number() OVER (PARTITION BY product_key ORDER BY worth DESC, together DESC, other_key) AS place,
        max(worth) OVER (PARTITION BY product_key) AS best_worth
    FROM ranked
),

all_pairs AS (
    SELECT CAST(count(*) AS DOUBLE) * (count(*) - 1) / 2 AS pairs
    FROM item_sums
)

SELECT
    $level AS counted,
    placed.product_id,
    placed.product_name,
    placed.place,
    other.product_id AS other_id,
    other.name AS other_name,
    other.category AS other_category,
    placed.together AS co_buyers,
    placed.item_baskets AS buyers,
    placed.other_baskets AS other_buyers,
    placed.all_baskets AS all_buyers,
    placed.expected AS expected_buyers,
    main.ratio(placed.together, placed.item_baskets) AS confidence,
    placed.lift,
    placed.log_likelihood_ratio,
    least(2 * stats.normal_tail(sqrt(greatest(placed.log_likelihood_ratio, 0))) * all_pairs.pairs, 1) AS adjusted_p,
    placed.cosine AS score,
    placed.share AS next_share
FROM placed
INNER JOIN star.dim_product AS other ON other.product_key = placed.other_key
CROSS JOIN all_pairs
WHERE placed.place <= $per_product
ORDER BY placed.best_worth DESC, placed.product_id, placed.place
