/*
question = "What was known of each product at a moment, in figures that a model can learn from?"
doc = """
One row for each product that was launched or sold before as_of, with what had happened strictly before it: what it sold and to how many, at which price and discount, how it was looked at, what came back, how it was rated, how its stock stood. \
Hold features/product_outcome of the same moment beside it to learn what sells. NULL is what is not known, 0 is what did not happen."""
misleads = "Category, subcategory and brand are as known now. A cancelled order counts as never made, since no source says when it was cancelled. What was out of stock did not sell for want of stock, not of buyers."
grain = ["product_key"]
headline = ["product_id", "units_28d", "units_365d", "list_price", "discount_share_90d", "views_28d", "on_hand"]
needs = ["star.fact_order_line"]

[chart]
kind = "scatter"
x = "views_28d"
y = "units_28d"

[finding]
text = "{sold:count} of {products:count} products sold within the four weeks before the moment, {units:count} units in all."
sql = "SELECT count(*) FILTER (WHERE units_28d > 0) AS sold, count(*) AS products, sum(units_28d) AS units FROM answer HAVING count(*) > 0"

[columns]
product_key = "Product, as in star.dim_product, never 0."
product_id = "Identifier of the product in its source. No feature."
as_of = "The moment of asking. No feature."
category = "Category of the product. NULL when not known."
subcategory = "Category within the category. NULL when not known."
brand = "Brand of the product. NULL when not known."
days_since_launch = "Elapsed days since the first day on which it could be bought. NULL when not known."
list_price = "Price of one unit in the list at the moment, before any discount. NULL when not known."
days_since_price_change = "Elapsed days since that price came to be valid. NULL when not known."
last_unit_price = "Price of one unit when last sold, before discounts. NULL without a sale."
units_7d = "Units sold in the last 7 days."
units_28d = "Units sold in the last 28 days."
units_90d = "Units sold in the last 90 days."
units_365d = "Units sold in the last 365 days."
trend = "Units sold in the last 28 days less those in the 28 days before."
days_since_sale = "Elapsed days since the last sale. NULL without one."
customers_90d = "Customers who bought it in the last 90 days."
revenue_90d = "Net revenue of the lines in the last 90 days, before refunds."
discount_share_90d = "Discounts / gross amount of these lines. NULL without one."
margin_share_90d = "Margin / net revenue of these lines. NULL without one, and when a cost is not known."
returned_units_90d = "Units sent back, received in the last 90 days."
views_28d = "Times looked at in the last 28 days."
cart_additions_28d = "Times put in a cart in the last 28 days."
reviews = "Reviews written of it."
rating = "Mean stars of the reviews, 1 to 5. NULL without one."
on_hand = "Units left at the end of the last whole week. NULL when not known."
weeks_out_of_stock = "Of the last 8 whole weeks, those that ended without a unit left. NULL when not known."
*/
{% from "features/_asked.sql" import asked %}
WITH {{ asked() }},

sold_lines AS (
    SELECT
        line.product_key,
        line.customer_key,
        main.elapsed_days(line.ordered_at, asked.as_of) AS days_ago,
        line.ordered_at,
        line.order_line_id,
        line.quantity,
        line.unit_price,
        line.discount_amount,
        line.net_revenue,
        line.net_revenue - line.quantity * line.unit_cost AS margin
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    CROSS JOIN asked
    WHERE line.product_key <> 0 AND main.is_sale(placed.status) AND line.ordered_at < asked.as_of
),

line_sums AS (
    SELECT
        product_key,
        min(days_ago) AS days_since_sale,
        arg_max(unit_price, row(ordered_at, order_line_id)) AS last_unit_price,
        coalesce(sum(quantity) FILTER (WHERE days_ago <= 7), 0) AS units_7d,
        coalesce(sum(quantity) FILTER (WHERE days_ago <= 28), 0) AS units_28d,
        coalesce(sum(quantity) FILTER (WHERE days_ago > 28 AND days_ago <= 56), 0) AS units_28d_before,
        coalesce(sum(quantity) FILTER (WHERE days_ago <= 90), 0) AS units_90d,
        coalesce(sum(quantity) FILTER (WHERE days_ago <= 365), 0) AS units_365d,
        count(DISTINCT nullif(customer_key, 0)) FILTER (WHERE days_ago <= 90) AS customers_90d,
        coalesce(sum(net_revenue) FILTER (WHERE days_ago <= 90), 0) AS revenue_90d,
        main.ratio(
            sum(discount_amount) FILTER (WHERE days_ago <= 90), sum(net_revenue + discount_amount) FILTER (WHERE days_ago <= 90)
        ) AS discount_share_90d,
        CASE
            WHEN count(margin) FILTER (WHERE days_ago <= 90) = count(*) FILTER (WHERE days_ago <= 90)
                THEN main.ratio(sum(margin) FILTER (WHERE days_ago <= 90), sum(net_revenue) FILTER (WHERE days_ago <= 90))
        END AS margin_share_90d
    FROM sold_lines
    GROUP BY product_key
),

return_sums AS (
    SELECT backs.product_key, sum(backs.quantity) AS returned_units_90d
    FROM star.fact_return AS backs
    CROSS JOIN asked
    WHERE backs.returned_at < asked.as_of AND main.elapsed_days(backs.returned_at, asked.as_of) <= 90
    GROUP BY backs.product_key
),

interest_sums AS (
    SELECT
        event.product_key,
        count(*) FILTER (WHERE event.event_name = 'product_view') AS views_28d,
        count(*) FILTER (WHERE event.event_name = 'add_to_cart') AS cart_additions_28d
    FROM star.fact_event AS event
    CROSS JOIN asked
    WHERE event.product_key <> 0 AND event.occurred_at < asked.as_of AND main.elapsed_days(event.occurred_at, asked.as_of) <= 28
    GROUP BY event.product_key
),

review_sums AS (
    SELECT review.product_key, count(*) AS reviews, avg(review.rating) AS rating
    FROM star.fact_review AS review
    CROSS JOIN asked
    WHERE review.reviewed_at < asked.as_of
    GROUP BY review.product_key
),

valid_prices AS (
    SELECT
        price.product_key,
        max(CAST(price.valid_from AS TIMESTAMP)) AS valid_from,
        arg_max(price.list_price, price.valid_from) AS list_price
    FROM star.fact_price AS price
    CROSS JOIN asked
    WHERE price.valid_from < asked.as_of
    GROUP BY price.product_key
),

-- A week is known when it is over.
whole_weeks AS (
    SELECT stock.product_key, week.date + INTERVAL 7 DAY AS ended_at, stock.on_hand, stock.is_in_stock
    FROM star.fact_inventory AS stock
    INNER JOIN star.dim_date AS week ON week.date_key = stock.date_key
    CROSS JOIN asked
    WHERE week.date_key <> 0 AND week.date + INTERVAL 7 DAY <= asked.as_of
),

stock_sums AS (
    SELECT
        whole_weeks.product_key,
        arg_max(whole_weeks.on_hand, whole_weeks.ended_at) AS on_hand,
        count(*) FILTER (
            WHERE NOT whole_weeks.is_in_stock AND main.elapsed_days(whole_weeks.ended_at, asked.as_of) < 56
        ) AS weeks_out_of_stock
    FROM whole_weeks
    CROSS JOIN asked
    GROUP BY whole_weeks.product_key
)

SELECT
    product.product_key,
    product.product_id,
    asked.as_of,
    nullif(product.category, '(unknown)') AS category,
    nullif(product.subcategory, '(unknown)') AS subcategory,
    nullif(product.brand, '(unknown)') AS brand,
    CASE
        WHEN product.launched_on < asked.as_of THEN main.elapsed_days(CAST(product.launched_on AS TIMESTAMP), asked.as_of)
    END AS days_since_launch,
    valid_prices.list_price,
    main.elapsed_days(valid_prices.valid_from, asked.as_of) AS days_since_price_change,
    line_sums.last_unit_price,
    CAST(coalesce(line_sums.units_7d, 0) AS BIGINT) AS units_7d,
    CAST(coalesce(line_sums.units_28d, 0) AS BIGINT) AS units_28d,
    CAST(coalesce(line_sums.units_90d, 0) AS BIGINT) AS units_90d,
    CAST(coalesce(line_sums.units_365d, 0) AS BIGINT) AS units_365d,
    CAST(coalesce(line_sums.units_28d - line_sums.units_28d_before, 0) AS BIGINT) AS trend,
    line_sums.days_since_sale,
    coalesce(line_sums.customers_90d, 0) AS customers_90d,
    main.money(coalesce(line_sums.revenue_90d, 0)) AS revenue_90d,
    line_sums.discount_share_90d,
    line_sums.margin_share_90d,
    CAST(coalesce(return_sums.returned_units_90d, 0) AS BIGINT) AS returned_units_90d,
    coalesce(interest_sums.views_28d, 0) AS views_28d,
    coalesce(interest_sums.cart_additions_28d, 0) AS cart_additions_28d,
    coalesce(review_sums.reviews, 0) AS reviews,
    review_sums.rating,
    stock_sums.on_hand,
    stock_sums.weeks_out_of_stock
FROM star.dim_product AS product
CROSS JOIN asked
LEFT JOIN line_sums ON line_sums.product_key = product.product_key
LEFT JOIN return_sums ON return_sums.product_key = product.product_key
LEFT JOIN interest_sums ON interest_sums.product_key = product.product_key
LEFT JOIN review_sums ON review_sums.product_key = product.product_key
LEFT JOIN valid_prices ON valid_prices.product_key = product.product_key
LEFT JOIN stock_sums ON stock_sums.product_key = product.product_key
WHERE product.product_key <> 0 AND (product.launched_on < asked.as_of OR line_sums.product_key IS NOT NULL)
ORDER BY product.product_key
