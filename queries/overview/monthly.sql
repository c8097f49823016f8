/*
question = "How did each month go, against the month before and the same month a year before?"
doc = """
Orders, net revenue, customers, visits and ad spend by calendar month, with zeros where nothing was sold. A month is complete where all of it lies between the day of the first and that of the last sale, and \
within start and until. Changes are told between complete months only; months have 28 to 31 days, so that revenue_per_day is what compares best."""
misleads = """
A month with five weekends differs from one with four: overview/kpis compares whole weeks. Customers of several months do not add up. Refunds count in the month of the order, so that the latest \
month looks better than it will. Easter and other movable feasts change their month."""
grain = ["month"]
headline = ["month", "orders", "revenue", "revenue_change", "revenue_year_change", "customers"]
needs = ["star.fact_order"]

[columns]
month = "First day of the month."
is_complete = "Whether the whole month lies within the data, and within start and until."
orders = "Sales of the month."
revenue = "Their net revenue, in the warehouse's currency."
revenue_net_of_refunds = "The same less their refunds, and less credit notes of the month."
avg_order_value = "revenue / orders."
customers = "Known customers with a sale. NULL where no customer is known at all."
new_customers = "Sales that are their customer's first ever."
visits = "Visits that began in the month. NULL where no visits are told."
conversion_rate = "Visits that ended in a sale / visits."
spend = "Ad spend of the month. NULL where no spend is told."
roas = "All revenue / spend."
revenue_per_day = "revenue / days of the month. NULL unless it is complete."
revenue_change = "(revenue - that of the month before) / that of the month before. NULL unless both are complete."
revenue_year_before = "Revenue of the same month a year before. NULL unless that is complete."
revenue_year_change = "(revenue - revenue_year_before) / revenue_year_before. NULL unless both are complete."

[chart]
kind = "line"
x = "month"
y = ["revenue", "revenue_year_before"]

[finding]
text = "The last whole month brought {revenue:money}, {year_change:percent} against the same month a year before."
effect = "year_change"
sql = """
SELECT revenue, revenue_year_change AS year_change
FROM answer
WHERE is_complete AND orders >= 30 AND month = (SELECT max(month) FROM answer WHERE is_complete)"""
*/
{% import "overview/_sums.sql" as sums %}
WITH {{ sums.period_sums("month") }},

around AS (
    SELECT
        period_sums.*,
        max(CASE WHEN is_complete THEN revenue END) OVER (ORDER BY period_start ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS revenue_before,
        max(CASE WHEN is_complete THEN revenue END) OVER (ORDER BY period_start ROWS BETWEEN 12 PRECEDING AND 12 PRECEDING) AS revenue_year_before
    FROM period_sums
)

SELECT
    period_start AS month,
    is_complete,
    {{ sums.figures() }},
    CASE WHEN is_complete THEN main.ratio(revenue, date_diff('day', period_start, CAST(period_start + INTERVAL 1 MONTH AS DATE))) END AS revenue_per_day,
    CASE WHEN is_complete THEN main.ratio(revenue - revenue_before, revenue_before) END AS revenue_change,
    CAST(revenue_year_before AS DECIMAL(18, 2)) AS revenue_year_before,
    CASE WHEN is_complete THEN main.ratio(revenue - revenue_year_before, revenue_year_before) END AS revenue_year_change
FROM around
ORDER BY period_start
