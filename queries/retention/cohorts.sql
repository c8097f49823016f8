/*
question = "How many customers of each cohort come back, and what do they bring?"
doc = """
Retention by cohort: one row a cohort and period since, also where nobody was active. Customers belong to the period of their first \
sale (or sign-up). A cell's rate divides those active in it by those who could have reached it: on the calendar all of the cohort, once the period has \
begun; by elapsed time those for whom the whole period has passed at as_of, and the others are in neither number. Money and \
orders are of the same customers. Only sales count as activity; revenue is net of refunds, whenever they were paid back, and of \
credit notes, in the period of the note. What came before the sign-up (or, of credit notes, before the first sale) is in no cell. \
Customers who came before the data begin are in no cohort; of those known to have ordered before, the first order is not on record."""
misleads = """
Where complete is false the period still runs, and its rate will grow; so does every rolling cell, whose last columns are low because little time was \
left to come back. Real data that begin on some day, with customers of whom nobody knows how old they are, call old customers new: their first cohorts \
retain too well. On the calendar, period 0 is shorter the later a customer comes, so period 1 is not a whole period after the first order: take the \
clock elapsed to compare cohorts closely."""
grain = ["cohort_start", "period_number"]
headline = ["cohort_start", "period_number", "reached_customers", "customers", "retention_rate", "revenue_per_customer", "complete"]
needs = ["star.fact_order"]

[params]
period = { of = ["day", "week", "month"], default = "month", doc = "Length of the periods and of the cohorts; weeks begin on Monday." }

[columns]
cohort_start = "First day of the period in which the cohort's customers came."
period_number = "Periods since, 0 being the cohort's own; for bracket, the number of the bracket."
first_period = "First of the periods that the cell covers."
last_period = "Last of the periods that the cell covers. NULL for rolling, which has no end."
cohort_customers = "Customers of the cohort."
reached_customers = "Of these, customers who could have reached the cell: the denominator."
customers = "Of these, customers with an order in the cell."
retention_rate = "customers / reached_customers."
orders = "Orders in the cell."
revenue = "Their net revenue less refunds, and less the credit notes of the cell."
margin = "Margin of the orders, before refunds. NULL when the margin of one of them is not known."
revenue_per_customer = "revenue / reached_customers."
complete = "Whether the cell's whole period lies before as_of, for all customers of the cohort."

[chart]
kind = "heat"
x = "period_number"
y = "cohort_start"
series = "retention_rate"

[finding]
text = "Of {reached_customers:count} customers who could have come back, {retention_rate:percent} are active in period 1 of their cohort."
sql = """
SELECT sum(reached_customers) AS reached_customers, sum(customers) / sum(reached_customers) AS retention_rate
FROM answer
WHERE period_number = 1 AND complete
HAVING sum(reached_customers) > 0"""
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "retention/_cells.sql" as cohorts %}
WITH {{ purchases.purchases() }},

{{ cohorts.cells() }}

SELECT
    cohort_start,
    period_number,
    first_period,
    last_period,
    cohort_customers,
    reached_customers,
    customers,
    retention_rate,
    orders,
    revenue,
    margin,
    revenue_per_customer,
    complete
FROM cells
ORDER BY cohort_start, period_number
