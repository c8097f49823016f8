/*
question = "What does the cohort triangle look like, period beside period?"
doc = """
retention/cohorts laid out for reading: one row a cohort, one column for each of the periods 0 to 12, each holding the chosen measure. \
Cells whose period still runs for a part of the cohort are empty unless incomplete is true."""
misleads = "Rows of young cohorts are short, not bad: compare down a column, never the ends of rows."
grain = ["cohort_start"]
headline = ["cohort_start", "cohort_customers", "period_0", "period_1", "period_2", "period_3", "period_4", "period_5", "period_6"]
needs = ["star.fact_order"]

[params]
period = { of = ["day", "week", "month"], default = "month", doc = "Length of the periods and of the cohorts; weeks begin on Monday." }
measure = { type = "choice", of = ["retention_rate", "customers", "orders", "revenue", "margin", "revenue_per_customer"], default = "retention_rate", doc = "What the cells hold, as in retention/cohorts." }
incomplete = { type = "bool", default = false, doc = "Whether cells whose period is not over for the whole cohort are shown too." }

[columns]
cohort_start = "First day of the period in which the cohort's customers came."
cohort_customers = "Customers of the cohort."
period_0 = "The measure in the cohort's own period. NULL where the period is not over."
period_1 = "The measure in the next period, or bracket."
period_2 = "The measure in period 2."
period_3 = "The measure in period 3."
period_4 = "The measure in period 4."
period_5 = "The measure in period 5."
period_6 = "The measure in period 6."
period_7 = "The measure in period 7."
period_8 = "The measure in period 8."
period_9 = "The measure in period 9."
period_10 = "The measure in period 10."
period_11 = "The measure in period 11."
period_12 = "The measure in period 12."

[chart]
kind = "heat"
x = "cohort_start"
y = [
    "period_0", "period_1", "period_2", "period_3", "period_4", "period_5", "period_6", "period_7", "period_8", "period_9", "period_10", "period_11",
    "period_12",
]

[finding]
text = "The largest cohort is that of {cohort_start}, with {cohort_customers:count} customers."
sql = """
SELECT cohort_start, cohort_customers
FROM answer
ORDER BY cohort_customers DESC, cohort_start LIMIT 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "retention/_cells.sql" as cohorts %}
WITH {{ purchases.purchases() }},

{{ cohorts.cells() }},

chosen AS (
    SELECT
        cohort_start,
        cohort_customers,
        period_number,
        CASE
            WHEN complete OR $incomplete
                THEN CASE $measure
                    WHEN 'customers' THEN CAST(customers AS DOUBLE)
                    WHEN 'orders' THEN CAST(orders AS DOUBLE)
                    WHEN 'revenue' THEN CAST(revenue AS DOUBLE)
                    WHEN 'margin' THEN CAST(margin AS DOUBLE)
                    WHEN 'revenue_per_customer' THEN revenue_per_customer
                    ELSE retention_rate
                END
        END AS value
    FROM cells
)

SELECT
    cohort_start,
    cohort_customers,
    {% for k in range(13) %}
    max(CASE WHEN period_number = {{ k }} THEN value END) AS period_{{ k }}{{ "" if loop.last else "," }}
    {% endfor %}
FROM chosen
GROUP BY cohort_start, cohort_customers
ORDER BY cohort_start
