/*
question = "What was spent by week and channel, beside what was sold: the table that a marketing-mix model starts from?"
doc = """
Every week and every channel of the spend ledger, with zeros where nothing was spent. What was sold, the season and the \
holidays are those of the whole company's week, repeated for each channel: a model regresses them on the spend of all \
channels together, which is a matter of correlation until somebody switches a channel off. adstocked_spend carries \
adstock_rate of each week's value into the next (geometric adstock, Broadbent 1979), from the first week of the ledger on, \
also before start. Only sales count, as placed, before refunds. Weeks begin on Monday; one that the range or the data cut has \
fewer days, and is better left out of a model."""
grain = ["week_start", "channel"]
headline = ["week_start", "channel", "spend", "adstocked_spend", "orders", "revenue"]

[chart]
kind = "line"
x = "week_start"
y = "spend"
series = "channel"

[finding]
text = "Most was spent in the week of {week_start}: {spend:money}, and {revenue:money} came in."
sql = """
WITH weeks AS (
    SELECT week_start, sum(spend) AS spend, max(revenue) AS revenue
    FROM answer
    WHERE days = 7
    GROUP BY week_start
),

ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY spend DESC) AS place,
        lead(spend) OVER (ORDER BY spend DESC) AS next_spend,
        count(*) OVER () AS weeks
    FROM weeks
)
SELECT week_start, spend, revenue
FROM ranked
WHERE place = 1 AND weeks >= 4 AND spend > next_spend"""

[params]
start = { type = "date", doc = "First day, inclusive. Default: the first with spend or an order." }
until = { type = "date", doc = "End of the days, exclusive. Default: after the last with spend or an order." }
adstock_rate = { type = "float", min = 0, max = 0.99, default = 0.5, doc = "Share of a week's adstocked spend that still works in the next week; 0 is none." }

[columns]
week_start = "Monday of the week."
channel = "Channel, as in the spend ledger."
days = "Days of the week within the range and the data, 7 for a whole week."
spend = "Money spent on the channel."
impressions = "Impressions, as the platforms count them."
clicks = "Clicks, as the platforms count them."
adstocked_spend = "Spend with what is left of earlier weeks' spend."
orders = "All sales of the company in the week."
revenue = "Net revenue of these orders."
new_customers = "Those of these orders that are their customer's first."
season = "Season of the week's first day within the range."
holiday_days = "Days of the week with a holiday or shopping day."
holidays = "Their names, in order, with commas. NULL without any."
promo_days = "Days of the week with a promotion for everybody."
*/
WITH ledger AS (
    SELECT
        CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start,
        day.date,
        channel.channel,
        ad.spend,
        ad.impressions,
        ad.clicks
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = ad.channel_key
    WHERE ad.date_key <> 0
),

daily_sales AS (
    SELECT
        day.date,
        count(*) AS orders,
        sum(sale.net_revenue) AS revenue,
        count(CASE WHEN sale.is_first_order THEN 1 END) AS new_customers
    FROM star.fact_order AS sale
    INNER JOIN star.dim_date AS day ON day.date_key = sale.date_key
    WHERE sale.date_key <> 0 AND main.is_sale(sale.status)
    GROUP BY day.date
),

bounds AS (
    SELECT min(date) AS first_date, max(date) AS last_date
    FROM (
        SELECT min(date) AS date FROM ledger
        UNION ALL
        SELECT max(date) AS date FROM ledger
        UNION ALL
        SELECT min(date) AS date FROM daily_sales
        UNION ALL
        SELECT max(date) AS date FROM daily_sales
    ) AS ends
),

weeks AS (
    SELECT
        CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start,
        count(*) AS days,
        sum(daily_sales.orders) AS orders,
        sum(daily_sales.revenue) AS revenue,
        sum(daily_sales.new_customers) AS new_customers,
        min_by(CAST(day.season AS VARCHAR), day.date) AS season,
        count(day.holiday) AS holiday_days,
        string_agg(day.holiday, ', ' ORDER BY day.date) AS holidays,
        count(CASE WHEN day.is_promo_period THEN 1 END) AS promo_days
    FROM star.dim_date AS day
    INNER JOIN bounds ON day.date >= bounds.first_date AND day.date <= bounds.last_date
    LEFT JOIN daily_sales ON daily_sales.date = day.date
    WHERE
        ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
    GROUP BY CAST(day.date - (day.day_of_week - 1) AS DATE)
),

shown_spend AS (
    SELECT week_start, channel, sum(spend) AS spend, sum(impressions) AS impressions, sum(clicks) AS clicks
    FROM ledger
    WHERE
        ($start IS NULL OR date >= $start)
        AND ($until IS NULL OR date < $until)
    GROUP BY week_start, channel
),

panel AS (
    SELECT weeks.week_start, channels.channel
    FROM weeks
    CROSS JOIN (SELECT DISTINCT channel FROM ledger) AS channels
),

-- Whole weeks here, so that the range cuts what is shown and not what is remembered.
weekly_spend AS (
    SELECT week_start, channel, sum(spend) AS spend
    FROM ledger
    WHERE $until IS NULL OR date < $until
    GROUP BY week_start, channel
),

-- Fixed-point terms add up to the same in any order.
adstocks AS (
    SELECT
        panel.week_start,
        panel.channel,
        sum(main.fixed_point(
            weekly_spend.spend * power($adstock_rate, date_diff('day', weekly_spend.week_start, panel.week_start) / 7)
        )) AS spend
    FROM panel
    INNER JOIN weekly_spend ON weekly_spend.channel = panel.channel AND weekly_spend.week_start <= panel.week_start
    GROUP BY panel.week_start, panel.channel
)

SELECT
    panel.week_start,
    panel.channel,
    weeks.days,
    CAST(coalesce(shown_spend.spend, 0) AS DECIMAL(18, 2)) AS spend,
    CAST(coalesce(shown_spend.impressions, 0) AS BIGINT) AS impressions,
    CAST(coalesce(shown_spend.clicks, 0) AS BIGINT) AS clicks,
    CAST(coalesce(adstocks.spend, 0) AS DOUBLE) AS adstocked_spend,
    CAST(coalesce(weeks.orders, 0) AS BIGINT) AS orders,
    CAST(coalesce(weeks.revenue, 0) AS DECIMAL(18, 2)) AS revenue,
    CAST(coalesce(weeks.new_customers, 0) AS BIGINT) AS new_customers,
    weeks.season,
    weeks.holiday_days,
    weeks.holidays,
    weeks.promo_days
FROM panel
INNER JOIN weeks ON weeks.week_start = panel.week_start
LEFT JOIN shown_spend ON shown_spend.week_start = panel.week_start AND shown_spend.channel = panel.channel
LEFT JOIN adstocks ON adstocks.week_start = panel.week_start AND adstocks.channel = panel.channel
ORDER BY panel.week_start, panel.channel
