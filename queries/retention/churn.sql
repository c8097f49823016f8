/*
question = "How many of the customers have churned, and which kinds of them?"
doc = """
A customer has churned who has not ordered for more than inactive_days elapsed days at as_of. Everybody with a sale on record is counted \
once, also those who ordered before the data begin; who is known to have ordered only before is left out. The interval is Wilson's 95 % score interval."""
misleads = """
A rate of today depends on how many customers are young: nobody who came less than inactive_days ago can have churned, so a growing company looks \
loyal. retention/churn_trend and retention/survival compare like with like. Who is called churned may only be slow, as retention/churn_scorecard shows where the truth is known: hold inactive_days \
against retention/purchase_cycle and retention/winback. A customer's properties are those of now: a loyalty tier is won by staying, and so seems to keep people."""
grain = ["breakdown_value"]
headline = ["breakdown_value", "customers", "churned", "churn_rate", "churned_revenue_share"]
needs = ["star.fact_order"]

[params]
inactive_days = { type = "int", min = 1, max = 3650, default = 90, doc = "Days without an order after which a customer has churned." }

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the property is not known."
customers = "Customers with a sale on record."
churned = "Of these, customers who have not ordered for more than inactive_days."
churn_rate = "churned / customers."
churn_rate_low = "Lower end of its 95 % interval."
churn_rate_high = "Upper end of its 95 % interval."
median_inactivity_days = "Median elapsed days since the customers' last order."
revenue = "Net revenue of all orders of the customers, less refunds and credit notes."
churned_revenue = "Of this, the revenue of those who have churned."
churned_revenue_share = "churned_revenue / revenue."

[chart]
kind = "interval"
x = "breakdown_value"
y = "churn_rate"
low = "churn_rate_low"
high = "churn_rate_high"

[finding]
text = "{churned:count} of {customers:count} customers have churned, which is {churn_rate:percent}."
sql = """
SELECT sum(churned) AS churned, sum(customers) AS customers, sum(churned) / sum(customers) AS churn_rate
FROM answer
HAVING sum(customers) > 0"""
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "retention/_breakdown.sql" as breakdown %}
WITH {{ purchases.purchases() }},

{{ breakdown.described("buyers") }},

silences AS (
    SELECT
        described.breakdown_value,
        described.kept,
        main.elapsed_days(described.last_at, today.today_at) AS inactivity_days,
        main.elapsed_days(described.last_at, today.today_at) > $inactive_days AS is_churned
    FROM described
    CROSS JOIN today
),

value_totals AS (
    SELECT
        breakdown_value,
        count(*) AS customers,
        count(CASE WHEN is_churned THEN 1 END) AS churned,
        median(inactivity_days) AS median_inactivity_days,
        sum(kept) AS revenue,
        coalesce(sum(CASE WHEN is_churned THEN kept END), 0) AS churned_revenue
    FROM silences
    GROUP BY breakdown_value
),

rates AS (
    SELECT value_totals.*, main.ratio(churned, customers) AS churn_rate
    FROM value_totals
)

SELECT
    breakdown_value,
    CAST(customers AS BIGINT) AS customers,
    CAST(churned AS BIGINT) AS churned,
    churn_rate,
    greatest(stats.wilson_low(churn_rate, customers, stats.z_95()), 0) AS churn_rate_low,
    stats.wilson_high(churn_rate, customers, stats.z_95()) AS churn_rate_high,
    median_inactivity_days,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    CAST(churned_revenue AS DECIMAL(18, 2)) AS churned_revenue,
    main.ratio(churned_revenue, revenue) AS churned_revenue_share
FROM rates
ORDER BY customers DESC, breakdown_value
