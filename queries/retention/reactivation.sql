/*
question = "Month by month, how many buyers are new, retained or reactivated, and how many lapsed?"
doc = """
Growth accounting by calendar periods. Every buyer of a period is one of three: new (the first order), retained (ordered in the period just before too) or reactivated (ordered \
before, but not in that one); lapsed are buyers of the period before who did not order in this one. So new_customers + retained + reactivated = buyers, and \
buyers_before + new_customers + reactivated - lapsed = buyers. Customers known to have ordered before the data begin are never new. \
What lies before the data is unknown: of their first period only buyers and new customers are told."""
misleads = """
The period must fit how often people buy: where a cycle is longer than a month, most of the customers lapse each month and are reactivated later, and nothing is wrong. \
retention/churn_trend counts by days of silence instead. Of the running period (complete is false) lapsed is too high until it ends."""
grain = ["period_start"]
headline = ["period_start", "buyers", "new_customers", "retained", "reactivated", "lapsed", "quick_ratio"]
needs = ["star.fact_order"]

[params]
period = { of = ["week", "month", "quarter", "year"], default = "month" }

[columns]
period_start = "First day of the period."
buyers = "Customers with an order in the period."
new_customers = "Of these, customers whose first order it was."
retained = "Of these, customers who ordered in the period before too."
reactivated = "Of these, customers who had ordered before, but not in the period before."
buyers_before = "Customers with an order in the period before."
lapsed = "Of these, customers without an order in this one."
retention_rate = "retained / buyers_before."
quick_ratio = "(new_customers + reactivated) / lapsed: above 1 the number of buyers grows."
complete = "Whether the whole period lies before as_of."

[chart]
kind = "bar"
x = "period_start"
y = ["new_customers", "retained", "reactivated"]

[finding]
text = "In the period from {period_start} on, {buyers:count} customers bought: {new_customers:count} new, {retained:count} retained, {reactivated:count} reactivated; {lapsed:count} lapsed."
sql = """
SELECT period_start, buyers, new_customers, retained, reactivated, lapsed
FROM answer
WHERE complete AND lapsed IS NOT NULL
ORDER BY period_start DESC LIMIT 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "_shared/periods.sql" as periods %}
{% from "retention/_calendar.sql" import calendar %}
WITH {{ purchases.purchases() }},

buyer_periods AS (
    SELECT customer_key, {{ periods.start_of("ordered_at") }} AS period_start, min(ordered_at) AS first_at
    FROM purchases
    WHERE is_sale
    GROUP BY 1, 2
),

followed AS (
    SELECT
        customer_key,
        period_start,
        first_at,
        lag(period_start) OVER (PARTITION BY customer_key ORDER BY period_start) AS last_start
    FROM buyer_periods
),

kinds AS (
    SELECT
        followed.period_start,
        CASE
            WHEN followed.last_start IS NULL AND NOT ({{ purchases.is_older("customer", "followed.first_at") }}) THEN 'new'
            WHEN followed.last_start = {{ periods.start_of("(followed.period_start - INTERVAL 1 DAY)") }} THEN 'retained'
            ELSE 'reactivated'
        END AS kind
    FROM followed
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = followed.customer_key
),

period_sums AS (
    SELECT
        period_start,
        count(*) AS buyers,
        count(CASE WHEN kind = 'new' THEN 1 END) AS new_customers,
        count(CASE WHEN kind = 'retained' THEN 1 END) AS retained,
        count(CASE WHEN kind = 'reactivated' THEN 1 END) AS reactivated
    FROM kinds
    GROUP BY period_start
),

{{ calendar() }},

flows AS (
    SELECT
        calendar.period_start,
        calendar.complete,
        coalesce(period_sums.buyers, 0) AS buyers,
        coalesce(period_sums.new_customers, 0) AS new_customers,
        coalesce(period_sums.retained, 0) AS retained,
        coalesce(period_sums.reactivated, 0) AS reactivated,
        lag(coalesce(period_sums.buyers, 0)) OVER (ORDER BY calendar.period_start) AS buyers_before
    FROM calendar
    LEFT JOIN period_sums ON period_sums.period_start = calendar.period_start
)

SELECT
    period_start,
    CAST(buyers AS BIGINT) AS buyers,
    CAST(new_customers AS BIGINT) AS new_customers,
    CAST(CASE WHEN buyers_before IS NOT NULL THEN retained END AS BIGINT) AS retained,
    CAST(CASE WHEN buyers_before IS NOT NULL THEN reactivated END AS BIGINT) AS reactivated,
    CAST(buyers_before AS BIGINT) AS buyers_before,
    CAST(buyers_before - retained AS BIGINT) AS lapsed,
    main.ratio(retained, buyers_before) AS retention_rate,
    main.ratio(CASE WHEN buyers_before IS NOT NULL THEN new_customers + reactivated END, buyers_before - retained) AS quick_ratio,
    complete
FROM flows
ORDER BY period_start
