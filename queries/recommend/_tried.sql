/*
[params]
test_from = { type = "timestamp", doc = "The moment that parts what lists are made of from what they are tried on. Default: the day on which the last quarter of the time begins." }
test_until = { type = "timestamp", doc = "End of the purchases that are to be hit, exclusive. Default: all." }
list_length = { type = "int", min = 1, max = 10, default = 10, doc = "Products in a list." }
most_customers = { type = "int", min = 100, max = 100000000, default = 10000, doc = "Of more customers about so many are tried, spread evenly by their keys: intervals are narrow by then." }
who = { type = "choice", of = ["returning", "new", "all"], default = "returning", doc = "Customers who had bought before test_from, who had not, or both; of those who bought from then on." }
*/
{% from "_shared/words.sql" import is_asked %}
{# The moment that parts the time: all that is recommended is made of what is known before it. #}
{% macro today() %}
today AS (
    SELECT coalesce($test_from, date_trunc('day', first_at) + to_days(CAST(date_diff('day', first_at, last_at) * 3 // 4 AS INTEGER))) AS until_at
    FROM (SELECT min(ordered_at) AS first_at, max(ordered_at) AS last_at FROM star.fact_order WHERE main.is_sale(status)) AS span
)
{%- endmacro %}
{# Whom lists are made for (asked), and what they bought from then on (wanted). From bought. #}
{% macro tried() %}
later AS (
    SELECT line.customer_key, line.product_key
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    CROSS JOIN today
    CROSS JOIN asked_words
    WHERE
        main.is_sale(placed.status)
        AND line.customer_key <> 0
        AND line.product_key <> 0
        AND placed.ordered_at >= today.until_at
        AND ($test_until IS NULL OR placed.ordered_at < $test_until)
        AND {{ is_asked("$only_category", "product.category") }}
    GROUP BY line.customer_key, line.product_key
),

wanted AS (
    SELECT later.*
    FROM later
    LEFT JOIN (SELECT DISTINCT basket_id FROM bought) AS buyers ON buyers.basket_id = later.customer_key
    WHERE CASE $who WHEN 'returning' THEN buyers.basket_id IS NOT NULL WHEN 'new' THEN buyers.basket_id IS NULL ELSE true END
),

asked AS (
    SELECT wanted.customer_key, count(*) AS wanted
    FROM wanted
    CROSS JOIN (SELECT count(DISTINCT customer_key) AS customers FROM wanted) AS everybody
    -- Knuth's multiplicative hash, the same in every engine.
    WHERE CAST(wanted.customer_key AS BIGINT) * 2654435761 % 4294967296 < 4294967296e0 * $most_customers / everybody.customers
    GROUP BY wanted.customer_key
)
{%- endmacro %}
{# What is compared, as rows of VALUES. #}
{% macro recommenders() -%}
('for_customer'), ('item to item'), ('item cosine'), ('popular'), ('popular in own categories'), ('popular of own brands'), ('own again')
{%- endmacro %}
{# The lists of each recommender (lists), the best first. From scored. #}
{% macro lists() %}
worths AS (
    SELECT
        scored.customer_key,
        scored.product_key,
        recommenders.recommender,
        CASE recommenders.recommender
            WHEN 'for_customer' THEN CASE WHEN scored.is_open THEN scored.score END
            WHEN 'item to item' THEN CASE WHEN NOT scored.is_own THEN scored.item_vote END
            WHEN 'item cosine' THEN CASE WHEN NOT scored.is_own THEN scored.cosine_vote END
            WHEN 'popular' THEN scored.popular_vote
            WHEN 'popular in own categories' THEN scored.category_vote
            WHEN 'popular of own brands' THEN scored.brand_vote
            ELSE scored.again_vote
        END AS worth
    FROM scored
    CROSS JOIN (VALUES {{ recommenders() }}) AS recommenders (recommender)
),

lists AS (
    SELECT placed.recommender, placed.customer_key, placed.product_key, placed.place
    FROM (
        SELECT worths.*, row_number() OVER (PARTITION BY recommender, customer_key ORDER BY worth DESC, product_key) AS place
        FROM worths
        WHERE worth > 0
    ) AS placed
    WHERE placed.place <= $list_length
)
{%- endmacro %}
