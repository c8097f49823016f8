-- The catalogue, what sells of it, and what customers say. Units of all lines; products that were offered at some time in the data.
WITH sold AS (
    SELECT
        product.product_key,
        product.category,
        product.list_price,
        coalesce(sum(line.quantity), 0) AS units
    FROM star.dim_product AS product
    LEFT JOIN star.fact_order_line AS line ON line.product_key = product.product_key
    WHERE product.product_key <> 0
    GROUP BY product.product_key, product.category, product.list_price
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY units DESC, product_key) / cast(count(*) OVER () AS DOUBLE) AS place,
        row_number() OVER (PARTITION BY category ORDER BY list_price, product_key) AS price_place
    FROM sold
),

products AS (
    SELECT
        cast(sum(units) FILTER (WHERE place <= 0.2) AS DOUBLE) / sum(units) AS best_fifth_share_of_units,
        cast(sum(units) FILTER (WHERE price_place = 1) AS DOUBLE) / sum(units) AS cheapest_products_share_of_units,
        avg(cast(cast(list_price * 100 AS BIGINT) % 100 IN (95, 99) AS INTEGER)) AS prices_ending_on_95_or_99
    FROM ranked
),

changes AS (
    SELECT
        (count(*) - count(DISTINCT product_key)) * 365.25 / sum(date_diff('day', valid_from, coalesce(valid_to, last.day))) AS price_changes_a_year
    FROM star.fact_price
    CROSS JOIN (SELECT cast(max(ordered_at) AS DATE) AS day FROM star.fact_order) AS last
),

months AS (
    SELECT
        month(line.ordered_at) AS month,
        avg(cast(product.category = 'Garden' AS INTEGER)) AS garden,
        avg(cast(product.category = 'Toys & Games' AS INTEGER)) AS toys
    FROM star.fact_order_line AS line
    INNER JOIN star.dim_product AS product ON product.product_key = line.product_key
    GROUP BY month(line.ordered_at)
),

seasons AS (
    SELECT
        avg(garden) FILTER (WHERE month IN (4, 5)) / avg(garden) FILTER (WHERE month IN (11, 12, 1)) AS garden_in_spring_against_winter,
        avg(toys) FILTER (WHERE month IN (11, 12)) / avg(toys) FILTER (WHERE month BETWEEN 2 AND 9) AS toys_before_christmas_against_spring
    FROM months
),

stars AS (
    SELECT
        avg(cast(rating = 5 AS INTEGER)) AS five_star_share,
        avg(cast(rating = 1 AS INTEGER)) / avg(cast(rating = 2 AS INTEGER)) AS one_star_against_two_star
    FROM star.fact_review
),

sentences AS (
    SELECT unnest(string_split(rtrim(text, '.'), '. ')) AS sentence FROM star.fact_review
),

counted AS (SELECT count(*) AS said FROM sentences GROUP BY sentence),

texts AS (
    SELECT cast(max(said) AS DOUBLE) / (SELECT count(*) FROM star.fact_review) AS most_common_sentence FROM counted
),

answers AS (
    SELECT
        avg(cast(nps = 0 AS INTEGER)) AS nps_zero_share,
        avg(cast(has_complained AS INTEGER)) AS complaint_share
    FROM star.fact_survey
),

deliveries AS (SELECT avg(cast(delivered_at > promised_at AS INTEGER)) AS late_share FROM star.fact_delivery)

SELECT NULL AS by_type, *
FROM products
CROSS JOIN changes
CROSS JOIN seasons
CROSS JOIN stars
CROSS JOIN texts
CROSS JOIN answers
CROSS JOIN deliveries
