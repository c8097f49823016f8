/*
doc   = "A promotion, during which prices are cut for everybody, and what was sold by it. The lines that it cut are in order_items, with its promotion_id. Practice view: everything in one place, in plain words."
grain = ["promotion_id"]

[columns]
promotion_id = "Identifier of the promotion."
promotion_name = "Name of the promotion. NULL when not known."
promotion_type = "Seasonal sale, or Price cut in a single category; or a source's own word. NULL when not known."
discount_rate = "Share by which prices are cut, 0 to 1. NULL when not known."
categories = "Categories whose prices are cut, with commas between. NULL for all of them, or when not known."
starts_on = "First day of the promotion. NULL when not known."
ends_on = "Last day of the promotion, itself included. NULL when not known."
total_orders = "Orders that are sales, with a line that it cut."
units_sold = "Units on these lines."
revenue = "Net revenue of these lines, before refunds."
discount_given = "Discounts on these lines, coupons included."
*/
WITH sales AS (
    SELECT
        line.promotion_key,
        count(DISTINCT line.order_id) AS orders,
        sum(line.quantity) AS units,
        sum(line.net_revenue) AS revenue,
        sum(line.discount_amount) AS discount
    FROM star.fact_order_line AS line
    INNER JOIN star.fact_order AS placed ON placed.order_id = line.order_id
    WHERE main.is_sale(placed.status) AND line.promotion_key <> 0
    GROUP BY line.promotion_key
)

SELECT
    promotion.promotion_id,
    main.known(promotion.name) AS promotion_name,
    promotion.promotion_type,
    promotion.discount AS discount_rate,
    promotion.categories,
    promotion.starts_on,
    promotion.ends_on,
    coalesce(sales.orders, 0) AS total_orders,
    coalesce(CAST(sales.units AS BIGINT), 0) AS units_sold,
    main.money(coalesce(sales.revenue, 0)) AS revenue,
    main.money(coalesce(sales.discount, 0)) AS discount_given
FROM star.dim_promotion AS promotion
LEFT JOIN sales ON sales.promotion_key = promotion.promotion_key
WHERE promotion.promotion_key <> 0
