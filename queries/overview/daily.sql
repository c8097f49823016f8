/*
question = "How did each day go?"
doc = """
Orders, net revenue, customers, visits and ad spend by day, with zeros where nothing was sold, from the day of the first sale to that of the last. Beside them the mean of the seven days that end with it, \
which has each weekday once, and the day 364 days before, the same weekday. Visits and spend are NULL outside of the days that their sources tell of."""
misleads = """
Days differ by weekday and by chance: look at the mean of seven days, and ask overview/anomalies which days are odd. Customers of several days do not add up. Refunds count on the day of the \
order, so that the latest days look better than they will."""
grain = ["day"]
headline = ["day", "orders", "revenue", "revenue_7_days", "visits", "conversion_rate"]
needs = ["star.fact_order"]

[columns]
day = "The day."
is_complete = "Whether the whole day lies within start and until."
orders = "Sales of the day."
revenue = "Their net revenue, in the warehouse's currency."
revenue_net_of_refunds = "The same less their refunds, and less credit notes of the day."
avg_order_value = "revenue / orders."
customers = "Known customers with a sale. NULL where no customer is known at all."
new_customers = "Sales that are their customer's first ever."
visits = "Visits that began on the day. NULL where no visits are told."
conversion_rate = "Visits that ended in a sale / visits."
spend = "Ad spend of the day. NULL where no spend is told."
roas = "All revenue / spend."
revenue_7_days = "Mean revenue of this and the six days before it. NULL unless all are whole."
revenue_year_before = "Revenue 364 days before. NULL unless that day is whole."
holiday = "Holiday or shopping day, NULL on others."
is_promo_period = "Whether there was a promotion for everybody. NULL where the calendar does not tell."

[chart]
kind = "line"
x = "day"
y = ["revenue", "revenue_7_days"]

[finding]
text = "The last seven whole days brought {revenue:money} ({orders:count} orders), {change:percent} against the seven before."
sql = """
WITH ranked AS (
    SELECT orders, revenue, row_number() OVER (ORDER BY day DESC) AS place
    FROM answer
    WHERE is_complete
)
SELECT
    sum(CASE WHEN place <= 7 THEN orders END) AS orders,
    sum(CASE WHEN place <= 7 THEN revenue END) AS revenue,
    sum(CASE WHEN place <= 7 THEN revenue END) / sum(CASE WHEN place > 7 THEN revenue END) - 1 AS change
FROM ranked
WHERE place <= 14
HAVING count(*) = 14 AND sum(CASE WHEN place <= 7 THEN orders END) >= 30 AND sum(CASE WHEN place > 7 THEN orders END) >= 30"""
*/
{% import "overview/_sums.sql" as sums %}
WITH {{ sums.period_sums("day") }},

around AS (
    SELECT
        period_sums.*,
        sum(revenue) OVER (ORDER BY period_start ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week_revenue,
        count(CASE WHEN is_complete THEN 1 END) OVER (ORDER BY period_start ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week_days,
        max(CASE WHEN is_complete THEN revenue END) OVER (ORDER BY period_start ROWS BETWEEN 364 PRECEDING AND 364 PRECEDING) AS revenue_year_before
    FROM period_sums
)

SELECT
    around.period_start AS day,
    around.is_complete,
    {{ sums.figures() }},
    CASE WHEN around.week_days = 7 THEN main.money(main.ratio(around.week_revenue, 7)) END AS revenue_7_days,
    CAST(around.revenue_year_before AS DECIMAL(18, 2)) AS revenue_year_before,
    calendar_day.holiday,
    calendar_day.is_promo_period
FROM around
LEFT JOIN star.dim_date AS calendar_day ON calendar_day.date = around.period_start
ORDER BY around.period_start
