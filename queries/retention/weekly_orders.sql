/*
question = "Is the business growing, beyond the season: orders week by week?"
doc = """
All sales by week, those of unknown customers too, with zeros where there were none. trend is the centred mean over 52 weeks (of 53, the outer two counting half), which \
holds every season once, where all of them are whole. season is the mean of orders / trend over the weeks of the same ISO number, brought to a mean of 1 over the year; \
orders_adjusted divides it out. year_before is the week 364 days earlier, so that weekdays agree. Weeks begin on Monday; comparisons are \
made between whole weeks only."""
misleads = """
With less than three years of data the season is that of a single year, its accidents included; with less than 53 weeks there is no trend: take orders_recent. \
Easter and other movable feasts fall in another week each year. Revenue is as placed, before refunds."""
grain = ["week_start"]
headline = ["week_start", "orders", "trend", "season", "orders_year_before", "orders_change", "revenue"]
needs = ["star.fact_order"]

[params]
as_of = { type = "timestamp", doc = "Today: later orders are unknown. Default: the last order." }

[columns]
week_start = "Monday of the week."
complete = "Whether the whole week lies within the data and before as_of."
orders = "Number of orders."
customers = "Known customers with an order."
new_customers = "Orders that are their customer's first."
revenue = "Net revenue of the orders."
orders_recent = "Mean orders of this and the 12 weeks before it. NULL unless all are whole."
trend = "Mean weekly orders of the year around the week. NULL unless all of its weeks are whole."
season = "Orders of such a week relative to the trend, 1 being an average week. NULL where no week of the number has a trend."
orders_adjusted = "orders / season."
orders_year_before = "Orders 364 days earlier. NULL unless that week is whole."
orders_change = "(orders - orders_year_before) / orders_year_before. NULL unless both weeks are whole."
revenue_year_before = "Net revenue 364 days earlier."
revenue_change = "(revenue - revenue_year_before) / revenue_year_before. NULL unless both weeks are whole."

[chart]
kind = "line"
x = "week_start"
y = ["orders", "trend", "orders_year_before"]

[finding]
text = "The last 13 whole weeks had {orders:count} orders, a change of {orders_change:percent} on the same weeks a year before."
effect = "orders_change"
sql = """
WITH latest AS (
    SELECT orders, orders_year_before
    FROM answer
    WHERE complete AND orders_year_before IS NOT NULL
    ORDER BY week_start DESC LIMIT 13
)
SELECT sum(orders) AS orders, sum(orders) / sum(orders_year_before) - 1 AS orders_change
FROM latest
HAVING count(*) = 13 AND sum(orders_year_before) > 0"""
*/
WITH sales AS (
    SELECT ordered_at, customer_key, is_first_order, net_revenue
    FROM star.fact_order
    WHERE main.is_sale(status) AND ($as_of IS NULL OR ordered_at <= $as_of)
),

week_sums AS (
    SELECT
        CAST(date_trunc('week', ordered_at) AS DATE) AS week_start,
        count(*) AS orders,
        count(DISTINCT nullif(customer_key, 0)) AS customers,
        count(CASE WHEN is_first_order THEN 1 END) AS new_customers,
        sum(net_revenue) AS revenue
    FROM sales
    GROUP BY 1
),

bounds AS (
    SELECT latest.first_at, coalesce($as_of, latest.last_at) AS today_at
    FROM (SELECT min(ordered_at) AS first_at, max(ordered_at) AS last_at FROM sales) AS latest
),

week_starts AS (
    SELECT unnest(generate_series(date_trunc('week', first_at), date_trunc('week', today_at), INTERVAL 7 DAY)) AS starts_at, first_at, today_at
    FROM bounds
    WHERE first_at IS NOT NULL
),

weeks AS (
    SELECT
        CAST(week_starts.starts_at AS DATE) AS week_start,
        CAST(week_starts.starts_at AS DATE) >= CAST(week_starts.first_at AS DATE)
        AND week_starts.starts_at + INTERVAL 7 DAY <= week_starts.today_at AS complete,
        coalesce(week_sums.orders, 0) AS orders,
        coalesce(week_sums.customers, 0) AS customers,
        coalesce(week_sums.new_customers, 0) AS new_customers,
        coalesce(week_sums.revenue, 0) AS revenue
    FROM week_starts
    LEFT JOIN week_sums ON week_sums.week_start = CAST(week_starts.starts_at AS DATE)
),

-- Whole numbers, so that sums are exact.
around AS (
    SELECT
        weeks.*,
        count(CASE WHEN complete THEN 1 END) OVER (ORDER BY week_start ROWS BETWEEN 12 PRECEDING AND CURRENT ROW) AS recent_weeks,
        sum(orders) OVER (ORDER BY week_start ROWS BETWEEN 12 PRECEDING AND CURRENT ROW) AS recent_orders,
        count(CASE WHEN complete THEN 1 END) OVER (ORDER BY week_start ROWS BETWEEN 26 PRECEDING AND 26 FOLLOWING) AS year_weeks,
        sum(orders) OVER (ORDER BY week_start ROWS BETWEEN 26 PRECEDING AND 26 FOLLOWING) AS outer_orders,
        sum(orders) OVER (ORDER BY week_start ROWS BETWEEN 25 PRECEDING AND 25 FOLLOWING) AS inner_orders,
        max(CASE WHEN complete THEN orders END) OVER (ORDER BY week_start ROWS BETWEEN 52 PRECEDING AND 52 PRECEDING) AS orders_year_before,
        max(CASE WHEN complete THEN revenue END) OVER (ORDER BY week_start ROWS BETWEEN 52 PRECEDING AND 52 PRECEDING) AS revenue_year_before
    FROM weeks
),

trends AS (
    SELECT
        around.*,
        CAST(extract(week FROM week_start) AS INTEGER) AS iso_week,
        CASE WHEN recent_weeks = 13 THEN main.ratio(recent_orders, 13) END AS orders_recent,
        CASE WHEN year_weeks = 53 THEN main.ratio(outer_orders + inner_orders, 104) END AS trend
    FROM around
),

ratios AS (
    SELECT
        trends.*,
        main.fixed_point(main.ratio(orders, trend)) AS ratio
    FROM trends
),

week_ratios AS (
    SELECT
        ratios.*,
        main.ratio(sum(ratio) OVER (PARTITION BY iso_week), count(ratio) OVER (PARTITION BY iso_week)) AS ratio_of_week,
        CASE WHEN row_number() OVER (PARTITION BY iso_week ORDER BY week_start) = 1 THEN 1 END AS once
    FROM ratios
),

seasons AS (
    SELECT
        week_ratios.*,
        main.ratio(
            ratio_of_week * count(CASE WHEN once = 1 THEN ratio_of_week END) OVER (),
            sum(CASE WHEN once = 1 THEN main.fixed_point(ratio_of_week) END) OVER ()
        ) AS season
    FROM week_ratios
)

SELECT
    week_start,
    complete,
    CAST(orders AS BIGINT) AS orders,
    CAST(customers AS BIGINT) AS customers,
    CAST(new_customers AS BIGINT) AS new_customers,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    orders_recent,
    trend,
    season,
    main.ratio(orders, season) AS orders_adjusted,
    CAST(orders_year_before AS BIGINT) AS orders_year_before,
    CASE WHEN complete THEN main.ratio(orders - orders_year_before, orders_year_before) END AS orders_change,
    CAST(revenue_year_before AS DECIMAL(18, 2)) AS revenue_year_before,
    CASE WHEN complete THEN main.ratio(revenue - revenue_year_before, revenue_year_before) END AS revenue_change
FROM seasons
ORDER BY week_start
