/*
question = "What should each customer be shown next?"
doc = """
For each customer the products that they are likeliest to buy next, with the reason. Each product that a customer has votes, with its share of their purchases, for what follows it: the same product again, as often as products of its subcategory are bought again; \
of the rest, what its buyers have besides (recommend/also_bought) by next_share, and as far as its buyers are too few to say, for the best sellers of its category (0.4), of its brand (0.4) and of all (0.2). score is the sum, about the chance that the next purchase is this product, and the shares below say what it is made of. \
Who has bought nothing is shown what sells best lately. What is out of stock, no longer offered or of too little margin is left out, and what was bought already until it has rested. recommend/scorecard says how good such lists are."""
misleads = """
A likely purchase is not one that the list brings about: what people would buy anyway comes first here too, and recommend/lists measures the difference. Products without a buyer are never recommended, nor rules of taste (a gift, a size) known. \
What is offered, its price and its cost are those of now, also where as_of lies in the past."""
grain = ["customer_key", "place"]
headline = ["customer_id", "place", "product_name", "score", "reason"]
needs = ["star.fact_order_line"]

[params]
per_customer = { type = "int", min = 1, max = 50, default = 5, doc = "Most products of a customer." }
only_customer = { type = "str", doc = "Identifier of a customer, as in star.dim_customer. Default: all who had signed up." }
only_buyers = { type = "bool", default = false, doc = "Leave out customers without a purchase, who are all shown the same." }
only_offered = { type = "bool", default = true, doc = "Leave out what is no longer offered now." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
place = "Place in the customer's list, from 1."
product_id = "Identifier of the product."
product_name = "Its name."
category = "Its category."
is_buyer = "Whether the customer has bought something that counts; the others are all shown the same."
list_price = "Its list price now. NULL when not known."
margin_share = "(list price - cost) / list price. NULL when not known."
score = "About the chance that the customer's next purchase is this product: the sum of all votes."
bought_with_share = "Part of the score that comes of what the buyers of the customer's products have besides."
category_share = "Part that comes of the best sellers of the customer's categories."
brand_share = "Part that comes of the best sellers of the customer's brands."
popular_share = "Part that comes of the best sellers of all."
again_share = "Part that comes of having bought it before: all or nothing."
reason = "The largest part, in words."

[chart]
kind = "scatter"
x = "score"
y = "list_price"

[finding]
text = "{product_name} leads the lists of {customers:count} of the {all:count} customers who have bought: of no other product is the next purchase so often expected."
sql = """
SELECT product_name, customers, sum(customers) OVER () AS all
FROM (SELECT product_id, max(product_name) AS product_name, count(*) AS customers FROM answer WHERE place = 1 AND is_buyer GROUP BY product_id) AS firsts
WHERE (SELECT count(*) FROM answer WHERE place = 1 AND is_buyer) > 1
ORDER BY customers DESC, product_id LIMIT 1"""
*/
{% from "recommend/_today.sql" import today %}
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_pairs.sql" import pairs %}
{% from "recommend/_shelf.sql" import shelf %}
{% from "recommend/_successors.sql" import successors %}
{% from "recommend/_votes.sql" import votes %}
WITH {{ today() }},

{{ bought("CAST(line.customer_key AS BIGINT)", "line.customer_key <> 0") }},

{{ pairs() }},

{{ shelf("(NOT $only_offered OR product.is_active)") }},

{{ successors() }},

named AS (
    SELECT count(*) AS customers, count(CASE WHEN customer_id = $only_customer THEN 1 END) AS found
    FROM star.dim_customer
    WHERE customer_key <> 0
),

asked AS (
    SELECT customer.customer_key
    FROM star.dim_customer AS customer
    CROSS JOIN today
    CROSS JOIN named
    LEFT JOIN (SELECT DISTINCT basket_id FROM bought) AS buyers ON buyers.basket_id = customer.customer_key
    WHERE
        customer.customer_key <> 0
        AND CASE
            WHEN $only_customer IS NULL OR customer.customer_id = $only_customer THEN true
            WHEN named.found > 0 THEN false
            ELSE error('only_customer must be the customer_id of one of the ' || named.customers || ' customers in star.dim_customer')
        END
        AND (buyers.basket_id IS NOT NULL OR (NOT $only_buyers AND (customer.signed_up_at IS NULL OR customer.signed_up_at < today.until_at)))
),

{{ votes() }},

placed AS (
    SELECT
        scored.*,
        row_number() OVER (PARTITION BY customer_key ORDER BY score DESC, product_key) AS place
    FROM scored
    WHERE is_open AND score > 0
)

SELECT
    placed.customer_key,
    customer.customer_id,
    placed.place,
    product.product_id,
    product.name AS product_name,
    product.category,
    placed.is_buyer,
    product.list_price,
    main.ratio(product.list_price - product.unit_cost, product.list_price) AS margin_share,
    placed.score / 1e12 / placed.all_orders AS score,
    CASE WHEN placed.is_own THEN 0 ELSE placed.item_vote / CAST(placed.score AS DOUBLE) END AS bought_with_share,
    CASE WHEN placed.is_own THEN 0 ELSE placed.category_vote / CAST(placed.score AS DOUBLE) END AS category_share,
    CASE WHEN placed.is_own THEN 0 ELSE placed.brand_vote / CAST(placed.score AS DOUBLE) END AS brand_share,
    CASE WHEN placed.is_own THEN 0 ELSE placed.popular_vote / CAST(placed.score AS DOUBLE) END AS popular_share,
    CASE WHEN placed.is_own THEN 1e0 ELSE 0 END AS again_share,
    CASE
        WHEN placed.is_own AND placed.cycle_days IS NULL THEN 'bought before'
        WHEN placed.is_own THEN 'bought before; such things are bought again after about ' || CAST(CAST(round(placed.cycle_days) AS BIGINT) AS VARCHAR) || ' days'
        WHEN placed.item_vote >= greatest(placed.category_vote, placed.brand_vote, placed.popular_vote) THEN 'bought with ' || because.name
        WHEN placed.brand_vote >= greatest(placed.category_vote, placed.popular_vote) THEN 'best seller of ' || product.brand || ', a brand bought before'
        WHEN placed.category_vote >= placed.popular_vote THEN 'best seller in ' || product.category || ', a category bought before'
        ELSE 'sells best lately'
    END AS reason
FROM placed
INNER JOIN star.dim_customer AS customer ON customer.customer_key = placed.customer_key
INNER JOIN star.dim_product AS product ON product.product_key = placed.product_key
LEFT JOIN star.dim_product AS because ON because.product_key = placed.because_key
WHERE placed.place <= $per_customer
ORDER BY placed.customer_key, placed.place
