/*
[params]
shrink = { type = "float", min = 0, max = 1000000, default = 50, doc = "Doubt of products with few buyers, as so many further meetings of which nothing is known; 0 takes each share as it is seen." }
*/
{# From bought: the baskets of each product, and how often another product stands beside it (item_sums); in how many baskets two products stand together, each pair in both directions (pairs). #}
{% macro pairs() %}
item_sums AS MATERIALIZED (
    SELECT product_key, count(*) AS baskets, CAST(sum(others) AS BIGINT) AS beside
    FROM bought
    GROUP BY product_key
),

pairs AS (
    SELECT
        CASE WHEN ways.is_forth THEN met.one_key ELSE met.two_key END AS product_key,
        CASE WHEN ways.is_forth THEN met.two_key ELSE met.one_key END AS other_key,
        met.together
    FROM (
        SELECT one.product_key AS one_key, two.product_key AS two_key, count(*) AS together
        FROM bought AS one
        INNER JOIN bought AS two ON two.basket_id = one.basket_id AND two.product_key > one.product_key
        GROUP BY one.product_key, two.product_key
    ) AS met
    CROSS JOIN (VALUES (true), (false)) AS ways (is_forth)
)
{%- endmacro %}
