/*
question = "Why did net revenue change between two periods?"
doc = """
The change of net revenue from an earlier period to the one asked for, taken apart without rest: by the values of one dimension, and for each of them into volume (there were more or fewer orders in all), mix \
(another share of them was this value's) and rate (an order of it brought more or less). Revenue of a value is orders of all x its share x revenue per order; each of the three gets the mean of what \
its change does over all orders in which the three can change (Shapley), so that none goes first. volume + mix + rate = change in each row, and the rows sum to the change of all, to the cent. By category \
the unit is an order line instead of an order; what orders bring beyond their lines, as where they came as totals, is the row (no lines). Of a value that one of the periods has not, nothing is called rate."""
misleads = """
It says where the change is, not what brought it about. A value's own mix is its share gained times what it brings; only the sum of all rows says whether the mix got better or worse. Of few orders most is \
chance: compare with the ups and downs of other periods (overview/daily). A period of other weekdays differs for that alone: take whole weeks."""
grain = ["value"]
headline = ["value", "revenue_before", "revenue", "change", "volume", "mix", "rate"]
needs = ["star.fact_order"]

[params]
by = { type = "choice", of = ["channel", "order_channel", "category", "device", "country", "customers", "life_cycle", "loyalty_tier", "age_range"], default = "channel", doc = "What revenue is taken apart by: channel of the visit (not an attribution); customers is new or returning; life_cycle how long the customer had been silent when the period began; loyalty_tier and age_range as they are now." }
against = { type = "choice", of = ["before", "year_before"], default = "before", doc = "The earlier period: the one just before, as long, or the one 364 days before." }

[columns]
value = "Channel, category, and so on."
orders_before = "Orders (order lines by category) of the earlier period."
orders = "The same of the period."
revenue_before = "Net revenue of the earlier period."
revenue = "Net revenue of the period."
change = "revenue - revenue_before."
volume = "Part of the change that comes of more or fewer orders in all."
mix = "Part that comes of the value's share of them."
rate = "Part that comes of the revenue per order."
change_share = "change / the change of all. NULL where that is 0."
is_compared = "Whether both periods lie within the days of the first and the last sale: if not, the change is partly that of missing data. The same in each row."

[chart]
kind = "bar"
x = "value"
y = ["volume", "mix", "rate"]

[finding]
text = "Net revenue changed by {change:money}: {volume:money} by the number of orders, {mix:money} by their mix, {rate:money} by revenue per order. {value} changed most, by {most:money}."
effect = "effect"
sql = """
WITH greatest_change AS (
    SELECT value, change
    FROM answer
    ORDER BY abs(change) DESC, value LIMIT 1
)
SELECT sum(answer.change) AS change, sum(answer.volume) AS volume, sum(answer.mix) AS mix, sum(answer.rate) AS rate, max(greatest_change.value) AS value, max(greatest_change.change) AS most, sum(answer.change) / nullif(sum(answer.revenue_before), 0) AS effect
FROM answer
CROSS JOIN greatest_change
HAVING bool_and(answer.is_compared) AND sum(answer.orders) >= 30 AND sum(answer.orders_before) >= 30"""
*/
{% from "overview/_windows.sql" import windows %}
WITH {{ windows() }},

window_sales AS (
    SELECT
        CASE WHEN windows.window_name = 'now' THEN 1 ELSE 0 END AS is_now,
        sales.*,
        windows.start_at
    FROM windows
    INNER JOIN sales ON sales.ordered_at >= windows.start_at AND sales.ordered_at < windows.until_at
    WHERE windows.window_name IN ('now', $against)
),

covered AS (
    SELECT bool_and(first_at <= start_at AND until_at <= last_until) AS is_compared
    FROM windows
    WHERE window_name IN ('now', $against)
),

last_sales AS (
    SELECT windows.start_at, sales.customer_key, max(sales.ordered_at) AS last_at
    FROM windows
    INNER JOIN sales ON sales.ordered_at < windows.start_at
    WHERE windows.window_name IN ('now', $against) AND $by = 'life_cycle'
    GROUP BY windows.start_at, sales.customer_key
),

order_parts AS (
    SELECT
        placed.is_now,
        CASE $by
            WHEN 'channel' THEN channel.channel
            WHEN 'order_channel' THEN CAST(placed.order_channel AS VARCHAR)
            WHEN 'device' THEN CAST(device.device_type AS VARCHAR)
            WHEN 'country' THEN place.country
            WHEN 'loyalty_tier' THEN CASE WHEN placed.customer_key <> 0 THEN coalesce(customer.loyalty_tier, 'no member') END
            WHEN 'age_range' THEN customer.age_range
            WHEN 'customers' THEN
                CASE WHEN placed.is_first_order THEN 'new' WHEN placed.customer_key <> 0 THEN 'returning' END
            WHEN 'life_cycle' THEN
                CASE
                    WHEN placed.customer_key = 0 THEN NULL
                    WHEN last_sales.last_at >= placed.start_at - INTERVAL 90 DAY THEN 'active'
                    WHEN last_sales.last_at >= placed.start_at - INTERVAL 180 DAY THEN 'at risk'
                    WHEN last_sales.last_at IS NOT NULL OR customer.ordered_before_data THEN 'lapsed'
                    ELSE 'no order yet'
                END
        END AS value,
        placed.net_revenue AS revenue
    FROM window_sales AS placed
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = placed.channel_key
    LEFT JOIN star.dim_device AS device ON device.device_key = placed.device_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = placed.geography_key
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = placed.customer_key
    LEFT JOIN last_sales ON last_sales.customer_key = placed.customer_key AND last_sales.start_at = placed.start_at
    WHERE $by <> 'category'
),

window_lines AS (
    SELECT window_sales.is_now, window_sales.order_id, window_sales.net_revenue AS order_revenue, product.category, line.net_revenue AS revenue
    FROM window_sales
    LEFT JOIN star.fact_order_line AS line ON line.order_id = window_sales.order_id
    LEFT JOIN star.dim_product AS product ON product.product_key = line.product_key
    WHERE $by = 'category'
),

-- What an order brings beyond its lines.
line_rests AS (
    SELECT max(is_now) AS is_now, '(no lines)' AS value, max(order_revenue) - coalesce(sum(revenue), 0) AS revenue
    FROM window_lines
    GROUP BY order_id
),

parts AS (
    SELECT is_now, coalesce(value, '(unknown)') AS value, revenue
    FROM order_parts
    UNION ALL
    SELECT is_now, coalesce(category, '(unknown)'), revenue
    FROM window_lines
    WHERE revenue IS NOT NULL
    UNION ALL
    SELECT is_now, value, revenue
    FROM line_rests
    WHERE revenue <> 0
),

value_sums AS (
    SELECT
        value,
        sum(1 - is_now) AS n0,
        sum(is_now) AS n1,
        sum(CASE WHEN is_now = 0 THEN revenue ELSE 0 END) AS revenue_before,
        sum(CASE WHEN is_now = 1 THEN revenue ELSE 0 END) AS revenue
    FROM parts
    GROUP BY value
),

-- What is not there in one period has the rate, or the share, of the other.
rates AS (
    SELECT
        value_sums.*,
        CAST(sum(n0) OVER () AS DOUBLE) AS all0,
        CAST(sum(n1) OVER () AS DOUBLE) AS all1,
        coalesce(main.ratio(n0, sum(n0) OVER ()), main.ratio(n1, sum(n1) OVER ())) AS s0,
        coalesce(main.ratio(n1, sum(n1) OVER ()), main.ratio(n0, sum(n0) OVER ())) AS s1,
        coalesce(main.ratio(revenue_before, n0), main.ratio(revenue, n1)) AS r0,
        coalesce(main.ratio(revenue, n1), main.ratio(revenue_before, n0)) AS r1
    FROM value_sums
),

effects AS (
    SELECT
        rates.*,
        revenue - revenue_before AS change,
        main.money((all1 - all0) * ((s0 * r0 + s1 * r1) / 3 + (s0 * r1 + s1 * r0) / 6)) AS volume,
        main.money((s1 - s0) * ((all0 * r0 + all1 * r1) / 3 + (all0 * r1 + all1 * r0) / 6)) AS mix
    FROM rates
)

SELECT
    effects.value,
    CAST(effects.n0 AS BIGINT) AS orders_before,
    CAST(effects.n1 AS BIGINT) AS orders,
    CAST(effects.revenue_before AS DECIMAL(18, 2)) AS revenue_before,
    CAST(effects.revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(effects.change AS DECIMAL(18, 2)) AS change,
    effects.volume,
    effects.mix,
    -- What rounding leaves goes here, so that the three are the change.
    CAST(effects.change - effects.volume - effects.mix AS DECIMAL(18, 2)) AS rate,
    main.ratio(effects.change, sum(effects.change) OVER ()) AS change_share,
    covered.is_compared
FROM effects
CROSS JOIN covered
ORDER BY change DESC, effects.value
