/*
question = "Do discounts pay: what do they sell more, and what do they cost?"
doc = """
Order lines by how deep the discount was, or by promotion, and for each what it did to the units of a line: units per line over those of lines at full price, each line held against the full-price lines of its own category and calendar month. \
The interval is the ratio's by the delta method on its logarithm (95 %). break_even is what the ratio must be for the discount to leave as much margin a line as full price: margin at full price / margin after the discount, of the same lines; pays says whether the \
whole interval lies above it, below it, or on both sides. All discounts of a line count, coupons too, which go to some and not to others."""
misleads = """
It counts what people put in the cart once they buy the thing, not the orders that a sale brings in the first place, nor what they buy ahead and not later: compare with overview/anomalies and the weeks after. Coupons go to people who differ from others. \
Margin needs the cost of each line."""
grain = ["item"]
headline = ["item", "order_lines", "discount_share", "units_ratio", "ratio_low", "ratio_high", "break_even", "pays"]
needs = ["star.fact_order_line"]

[params]
by = { type = "choice", of = ["depth", "promotion", "promotion_type", "category"], default = "depth", doc = "What a row is: a band of the discount's depth, a promotion (or its type), or the discounted lines of a category." }

[columns]
item = "full price, band of depth, promotion, its type, or category; other discounts are those of no known promotion."
order_lines = "Order lines."
line_share = "Their share of all lines; by category, of the lines of the category."
units = "Units of them."
gross = "Units times their price, before discounts."
discount = "Discounts."
discount_share = "discount / gross."
revenue = "Net revenue."
margin = "Net revenue less cost. NULL where the cost of a line is not known."
margin_rate = "margin / revenue."
units_per_line = "units / order_lines."
units_ratio = "units per line / what full-price lines of the same categories and months have. NULL where these have none."
ratio_low = "Lower end of its 95 % interval. NULL where it is full price itself, or lines are too few."
ratio_high = "Upper end."
break_even = "What the ratio must be for the margin of a line to stay. NULL where no price above cost is left, or cost is not known."
pays = "yes: the interval lies above break_even; no: below, or nothing is left above cost; open: it holds break_even. NULL without an interval or a cost."

[chart]
kind = "interval"
x = "item"
y = "units_ratio"
low = "ratio_low"
high = "ratio_high"
reference = 1

[finding]
text = "Discounts of {item} sell {ratio:number} times the units a line ({low:number} to {high:number}); to keep the margin it would take {break_even:number}."
sql = """
SELECT item, units_ratio AS ratio, ratio_low AS low, ratio_high AS high, break_even
FROM answer
WHERE pays IN ('yes', 'no') AND break_even IS NOT NULL AND order_lines >= 100
ORDER BY order_lines DESC, item LIMIT 1"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

priced AS (
    SELECT
        product.category,
        date_trunc('month', lines.ordered_at) AS month,
        lines.quantity,
        lines.net_revenue,
        lines.discount_amount,
        lines.unit_cost,
        CASE WHEN lines.discount_amount > 0 THEN 1 ELSE 0 END AS is_cut,
        CASE WHEN $by = 'category' THEN product.category END AS among,
        CASE $by
            WHEN 'category' THEN product.category
            WHEN 'promotion' THEN CASE WHEN lines.discount_amount > 0 THEN CASE WHEN lines.promotion_key <> 0 THEN promotion.name ELSE 'other discounts' END ELSE 'full price' END
            WHEN 'promotion_type' THEN
                CASE
                    WHEN lines.discount_amount > 0
                        THEN CASE WHEN lines.promotion_key <> 0 THEN coalesce(promotion.promotion_type, '(unknown)') ELSE 'other discounts' END
                    ELSE 'full price'
                END
            ELSE
                CASE
                    WHEN lines.discount_amount <= 0 THEN 'full price'
                    WHEN lines.discount_amount * 20 <= lines.net_revenue + lines.discount_amount THEN '01-05 %'
                    WHEN lines.discount_amount * 10 <= lines.net_revenue + lines.discount_amount THEN '05-10 %'
                    WHEN lines.discount_amount * 5 <= lines.net_revenue + lines.discount_amount THEN '10-20 %'
                    WHEN lines.discount_amount * 10 <= (lines.net_revenue + lines.discount_amount) * 3 THEN '20-30 %'
                    ELSE '30 % and more'
                END
        END AS item
    FROM lines
    INNER JOIN star.dim_product AS product ON product.product_key = lines.product_key
    LEFT JOIN star.dim_promotion AS promotion ON promotion.promotion_key = lines.promotion_key
    WHERE lines.quantity > 0
),

-- Of full price all lines of a category and month together.
compared AS (
    SELECT
        priced.*,
        sum(CASE WHEN is_cut = 0 THEN quantity END) OVER (PARTITION BY category, month) AS full_units,
        count(CASE WHEN is_cut = 0 THEN 1 END) OVER (PARTITION BY category, month) AS full_lines,
        count(*) OVER (PARTITION BY among) AS lines_of_all
    FROM priced
),

expected_units AS (
    SELECT
        compared.*,
        CAST(full_units AS DOUBLE) / nullif(full_lines, 0) AS usual,
        CASE WHEN full_lines > 0 THEN CAST(quantity AS DOUBLE) END AS known_units
    FROM compared
    WHERE $by <> 'category' OR is_cut = 1
),

item_sums AS (
    SELECT
        item,
        max(is_cut) AS is_cut,
        count(*) AS order_lines,
        max(lines_of_all) AS lines_of_all,
        sum(quantity) AS units,
        sum(net_revenue + discount_amount) AS gross,
        sum(discount_amount) AS discount,
        sum(net_revenue) AS revenue,
        CASE WHEN count(unit_cost) = count(*) THEN sum(net_revenue - quantity * unit_cost) END AS margin,
        CASE WHEN count(unit_cost) = count(*) THEN sum(net_revenue + discount_amount - quantity * unit_cost) END AS full_margin,
        count(usual) AS known_lines,
        sum(main.fixed_point(usual)) AS usual_units,
        CAST(sum(known_units) AS DOUBLE) AS known_units,
        CAST(sum(known_units * known_units) AS DOUBLE) AS squares
    FROM expected_units
    GROUP BY item
),

-- How much the expected units vary by the chance of the full-price lines behind them.
cell_sums AS (
    SELECT item, category, month, count(*) AS cut_lines, max(full_lines) AS full_lines
    FROM expected_units
    WHERE usual IS NOT NULL
    GROUP BY item, category, month
),

full_spread AS (
    SELECT CAST(sum(main.fixed_point(power(quantity - usual, 2))) AS DOUBLE) / nullif(count(*) - count(DISTINCT category || CAST(month AS VARCHAR)), 0) AS variance
    FROM (
        SELECT category, month, quantity, avg(quantity) OVER (PARTITION BY category, month) AS usual
        FROM priced
        WHERE is_cut = 0
    ) AS full_lines
),

usual_spreads AS (
    SELECT cell_sums.item, CAST(sum(main.fixed_point(CAST(cell_sums.cut_lines AS DOUBLE) * cell_sums.cut_lines / cell_sums.full_lines)) AS DOUBLE) AS leaning
    FROM cell_sums
    GROUP BY cell_sums.item
),

ratios AS (
    SELECT
        item_sums.*,
        known_units / nullif(CAST(usual_units AS DOUBLE), 0) AS units_ratio,
        -- break_even: the margin of a unit at full price, over that after the discount.
        CASE WHEN margin > 0 THEN main.ratio(full_margin, margin) END AS break_even,
        CASE
            WHEN is_cut = 1 AND known_lines > 1
                THEN sqrt(
                    (squares - known_units * known_units / known_lines) / (known_lines - 1) * known_lines / (known_units * known_units)
                    + full_spread.variance * usual_spreads.leaning / power(CAST(usual_units AS DOUBLE), 2)
                )
        END AS log_error
    FROM item_sums
    CROSS JOIN full_spread
    LEFT JOIN usual_spreads ON usual_spreads.item = item_sums.item
),

intervals AS (
    SELECT
        ratios.*,
        CASE WHEN log_error > 0 THEN units_ratio * exp(-stats.z_95() * log_error) END AS ratio_low,
        CASE WHEN log_error > 0 THEN units_ratio * exp(stats.z_95() * log_error) END AS ratio_high
    FROM ratios
)

SELECT
    item,
    order_lines,
    main.ratio(order_lines, lines_of_all) AS line_share,
    CAST(units AS BIGINT) AS units,
    CAST(gross AS DECIMAL(18, 2)) AS gross,
    CAST(discount AS DECIMAL(18, 2)) AS discount,
    main.ratio(discount, gross) AS discount_share,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(margin AS DECIMAL(18, 2)) AS margin,
    main.ratio(margin, revenue) AS margin_rate,
    main.ratio(units, order_lines) AS units_per_line,
    units_ratio,
    ratio_low,
    ratio_high,
    CASE WHEN is_cut = 1 THEN break_even END AS break_even,
    CASE
        WHEN ratio_low IS NULL OR margin IS NULL THEN NULL
        WHEN margin <= 0 THEN 'no'
        WHEN ratio_low > break_even THEN 'yes'
        WHEN ratio_high < break_even THEN 'no'
        ELSE 'open'
    END AS pays
FROM intervals
ORDER BY CASE WHEN is_cut = 1 THEN 1 ELSE 0 END, item
