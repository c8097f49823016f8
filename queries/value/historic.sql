/*
question = "What has a customer brought in, month after month since the first purchase, by the month in which they came?"
doc = """
Customers whose first purchase ever is in the data, by its calendar month, and what they have brought in by months of 30 elapsed days since: what \
customers were worth, not what a model expects. Margin less refunds by default, or revenue. A month of age counts only customers for whom \
it has ended by as_of; is_complete is false where that is not yet the whole cohort, and the figures are of those who got so far. The cumulative \
figure adds up the months, each divided by its own customers."""
misleads = """
The last complete months of young cohorts rest on few customers, and a month of sales or holidays is in another month of age for each cohort."""
grain = ["cohort", "age_month"]
headline = ["cohort", "age_month", "customers", "kept_per_customer_cumulative"]
needs = ["star.fact_order"]

[chart]
kind = "line"
x = "age_month"
y = "kept_per_customer_cumulative"
series = "cohort"

[finding]
text = "The first cohort, of {customers:count} customers, has brought in {kept:money} each in {months:count} months."
sql = "SELECT customers, kept_per_customer_cumulative AS kept, age_month + 1 AS months FROM answer WHERE is_complete AND kept_per_customer_cumulative IS NOT NULL AND cohort = (SELECT min(cohort) FROM answer) ORDER BY age_month DESC LIMIT 1"

[columns]
cohort = "First day of the month of the first purchase."
age_month = "Months of 30 elapsed days since the first purchase, 0 begins with it."
customers = "Customers of the cohort."
customers_seen = "Those for whom the month of age has ended by as_of."
is_complete = "Whether these are all of the cohort."
orders = "Orders of customers_seen in the month of age."
kept = "What these brought in, by measure. NULL where the cost of one is not known."
kept_per_customer = "kept / customers_seen."
kept_per_customer_cumulative = "The sum of kept_per_customer up to this month of age."
*/
{% from "value/_ages.sql" import months %}
WITH {{ months("cohort") }}

SELECT
    months.bucket AS cohort,
    CAST(months.age_month AS INTEGER) AS age_month,
    months.customers,
    months.customers_seen,
    months.customers_seen = months.customers AS is_complete,
    months.orders,
    months.kept,
    main.ratio(months.kept, months.customers_seen) AS kept_per_customer,
    CAST(months.kept_per_customer AS DOUBLE) AS kept_per_customer_cumulative
FROM months
ORDER BY months.bucket, months.age_month
