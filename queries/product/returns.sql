/*
question = "What comes back, why, and is it more than elsewhere?"
doc = """
Lines of sales old enough to have come back (mature_days), by product, category, brand or month, and how many were returned, in whole or in part: rate by lines with Wilson's 95 % interval, units, money paid back, \
days until then and the reason given most often. Each row is held against all others by a test of two shares (chi-square), whose p-value is adjusted for the number of rows (Benjamini and Hochberg). Returns within mature_days of the order alone count, so that \
older sales do not look worse."""
misleads = "What sells well in the season of gifts comes back in January: a product's rate has its customers and its season in it. Reasons are what people chose from a list. By month a change of rate may be one of what was sold."
grain = ["item"]
headline = ["item_name", "order_lines", "return_rate", "rate_low", "rate_high", "p_adjusted"]
needs = ["star.fact_return"]

[params]
by = { type = "choice", of = ["category", "subcategory", "brand", "product", "month"], default = "category", doc = "What a row is." }
mature_days = { type = "int", min = 0, max = 3650, default = 60, doc = "Elapsed days after an order within which returns count; younger orders are left out. The last return or order on record is now." }
min_lines = { type = "int", min = 1, default = 20, doc = "Least number of lines of a row; others are left out." }

[columns]
item = "Category, brand, identifier of the product, or first day of the month."
item_name = "Its name."
order_lines = "Order lines that are old enough."
returned_lines = "Of these, lines of which something came back within mature_days."
return_rate = "returned_lines / order_lines."
rate_low = "Lower end of its 95 % interval."
rate_high = "Upper end."
units = "Units of the lines."
returned_units = "Units that came back."
revenue = "Net revenue of the lines."
refunds = "Money paid back for returns."
refund_share = "refunds / revenue."
days_to_return = "Mean elapsed days from the order to the first return of a line. NULL without one."
main_reason = "Reason given most often. NULL where none was given."
reason_share = "Its share of the returns with a reason."
other_rate = "Return rate of all other rows together."
p_value = "Two-sided p-value of no difference to them. NULL where nothing or everything came back."
p_adjusted = "The same, adjusted for the number of rows (Benjamini and Hochberg 1995)."

[chart]
kind = "interval"
x = "item_name"
y = "return_rate"
low = "rate_low"
high = "rate_high"

[finding]
text = "{item_name} comes back more than the rest: {rate:percent} of its lines ({low:percent} to {high:percent}), against {other:percent}. Reason given most: {reason}."
sql = """
SELECT item_name, return_rate AS rate, rate_low AS low, rate_high AS high, other_rate AS other, main_reason AS reason
FROM answer
WHERE p_adjusted < 0.05 AND return_rate > other_rate
ORDER BY return_rate DESC, item LIMIT 1"""
*/
{% from "product/_lines.sql" import lines %}
WITH {{ lines() }},

now AS (
    SELECT max(last_at) AS now_at
    FROM (
        SELECT max(returned_at) AS last_at FROM star.fact_return
        UNION ALL
        SELECT max(ordered_at) FROM star.fact_order
    ) AS ends
),

line_returns AS (
    SELECT
        lines.order_line_id,
        lines.product_key,
        lines.ordered_at,
        lines.quantity,
        lines.net_revenue,
        back.return_id,
        back.quantity AS returned_quantity,
        back.refund_amount,
        back.reason,
        main.elapsed_days(lines.ordered_at, back.returned_at) AS days,
        row_number() OVER (PARTITION BY lines.order_line_id ORDER BY back.returned_at, back.return_id) AS place
    FROM lines
    INNER JOIN now ON main.elapsed_days(lines.ordered_at, now.now_at) >= $mature_days
    LEFT JOIN star.fact_return AS back
        ON back.order_line_id = lines.order_line_id AND main.elapsed_days(lines.ordered_at, back.returned_at) <= $mature_days
),

item_returns AS (
    SELECT
        CASE $by
            WHEN 'category' THEN product.category
            WHEN 'subcategory' THEN product.subcategory
            WHEN 'brand' THEN product.brand
            WHEN 'product' THEN product.product_id
            ELSE CAST(CAST(date_trunc('month', line_returns.ordered_at) AS DATE) AS VARCHAR)
        END AS item,
        CASE WHEN $by = 'product' THEN product.name END AS name,
        line_returns.*
    FROM line_returns
    INNER JOIN star.dim_product AS product ON product.product_key = line_returns.product_key
),

reasons AS (
    SELECT item, reason, count(*) AS times, sum(count(*)) OVER (PARTITION BY item) AS all_times
    FROM item_returns
    WHERE reason IS NOT NULL
    GROUP BY item, reason
    QUALIFY row_number() OVER (PARTITION BY item ORDER BY count(*) DESC, reason) = 1
),

item_sums AS (
    SELECT
        item,
        coalesce(max(name), item) AS item_name,
        count(CASE WHEN place = 1 THEN 1 END) AS order_lines,
        count(CASE WHEN place = 1 THEN return_id END) AS returned_lines,
        sum(CASE WHEN place = 1 THEN quantity ELSE 0 END) AS units,
        sum(CASE WHEN place = 1 THEN net_revenue ELSE 0 END) AS revenue,
        sum(coalesce(returned_quantity, 0)) AS returned_units,
        sum(coalesce(refund_amount, 0)) AS refunds,
        main.ratio(sum(CASE WHEN place = 1 THEN main.fixed_point(days) END), count(CASE WHEN place = 1 THEN days END)) AS days_to_return
    FROM item_returns
    GROUP BY item
),

beside_others AS (
    SELECT
        item_sums.*,
        sum(order_lines) OVER () - order_lines AS other_lines,
        sum(returned_lines) OVER () - returned_lines AS other_returned
    FROM item_sums
),

tested AS (
    SELECT
        beside_others.*,
        main.ratio(returned_lines, order_lines) AS return_rate,
        main.ratio(other_returned, other_lines) AS other_rate,
        stats.two_proportion_p(returned_lines, order_lines, other_returned, other_lines) AS p_value
    FROM beside_others
    WHERE order_lines >= $min_lines
),

ordered_tests AS (
    SELECT tested.*, row_number() OVER (ORDER BY p_value NULLS LAST, item) AS place, count(p_value) OVER () AS tests
    FROM tested
)

SELECT
    ordered_tests.item,
    item_name,
    order_lines,
    returned_lines,
    return_rate,
    stats.wilson_low(return_rate, order_lines, stats.z_95()) AS rate_low,
    stats.wilson_high(return_rate, order_lines, stats.z_95()) AS rate_high,
    CAST(units AS BIGINT) AS units,
    CAST(returned_units AS BIGINT) AS returned_units,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(refunds AS DECIMAL(18, 2)) AS refunds,
    main.ratio(refunds, revenue) AS refund_share,
    days_to_return,
    reasons.reason AS main_reason,
    main.ratio(reasons.times, reasons.all_times) AS reason_share,
    other_rate,
    p_value,
    CASE WHEN p_value IS NOT NULL THEN least(min(p_value * tests / place) OVER (ORDER BY place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) END AS p_adjusted
FROM ordered_tests
LEFT JOIN reasons ON reasons.item = ordered_tests.item
ORDER BY return_rate DESC, ordered_tests.item
