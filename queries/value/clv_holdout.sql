/*
question = "Did the model of customer value foretell what came after it was fitted?"
doc = """
A fit that saw only the orders up to a moment, held against what its customers did from then on: purchases and revenue expected and observed, by how often \
they had bought again (by = frequency), by tenths of the expectation, the most promising first (decile), or week by week (week). martlet model fit clv makes \
such a fit, clv_holdout, of the first three quarters of the time; --holdout-from sets another day. Customers who came later are not in it. lift \
compares the purchases of a customer of the row with those of all; cumulated figures add up the rows so far. Without such a fit there are no rows."""
misleads = """
A model that is right on average for all can be wrong for a class: look at the rows, not at the sum. A season that falls into the later part looks \
like an error of the model."""
grain = ["bucket"]
headline = ["bucket", "customers", "observed_purchases", "expected_purchases", "error", "lift"]
needs = ["star.fact_order"]

[chart]
kind = "line"
x = "bucket_number"
y = ["observed_purchases", "expected_purchases"]

[finding]
text = "{expected:count} purchases were expected of the customers known then, and {observed:count} came: {error:percent} off."
sql = "SELECT sum(expected_purchases) AS expected, sum(observed_purchases) AS observed, abs(sum(expected_purchases) / sum(observed_purchases) - 1) AS error FROM answer HAVING sum(observed_purchases) > 0"

[params]
by = { type = "choice", of = ["frequency", "decile", "week"], default = "frequency", doc = "What a row is: customers with as many repeat purchases, a tenth of the customers by expectation, or a week." }
until = { type = "timestamp", doc = "End of what is observed, exclusive. Default: after the last order." }
fit = { default = "clv_holdout" }
include_older = { type = "bool", default = false, doc = "Whether customers whose first purchase lies before the data are in the answer." }

[columns]
bucket = "Repeat purchases before (7+ for seven or more), tenth of the customers (1 the most promising), or week after the fit (1 the first)."
bucket_number = "The same as a number, to sort and draw by."
customers = "Number of customers; by week, all of them."
observed_purchases = "Days with purchases of these customers after the fit."
expected_purchases = "What the fit expected."
observed_per_customer = "observed_purchases / customers."
expected_per_customer = "expected_purchases / customers."
error = "expected_purchases / observed_purchases - 1: above 0 where too much was expected. NULL where nothing was observed."
lift = "observed_per_customer over that of all customers. By week, over that of an average week."
observed_revenue = "Net revenue less refunds of these purchases."
expected_revenue = "What the fit expected. NULL without a fit of spending."
observed_cumulative = "observed_purchases of this row and those before."
expected_cumulative = "expected_purchases of this row and those before."
*/
{% from "value/_fitted.sql" import fitted %}
{% from "value/_histories.sql" import histories %}
{% from "value/_bg_nbd.sql" import alive, waits, purchase_value %}
WITH {{ histories("(SELECT max(registry.as_of) FROM model.registry AS registry WHERE registry.model = $fit || '.bg_nbd')") }},

{{ fitted() }},

{{ alive() }},

later_purchases AS (
    SELECT
        placed.customer_key,
        CAST(placed.ordered_at AS DATE) AS day,
        sum(placed.net_revenue - placed.refund_amount) AS kept
    FROM star.fact_order AS placed
    INNER JOIN fitted ON placed.ordered_at > fitted.fit_as_of
    WHERE
        placed.customer_key <> 0
        AND main.is_sale(placed.status)
        AND ($until IS NULL OR placed.ordered_at < $until)
    GROUP BY placed.customer_key, CAST(placed.ordered_at AS DATE)
),

-- Days watched after the fit: to the day before until, or to the last order of anybody.
watched AS (
    SELECT
        CAST(fitted.fit_as_of AS DATE) AS fitted_on,
        CAST(
            date_diff(
                'day',
                CAST(fitted.fit_as_of AS DATE),
                coalesce(CAST(CAST($until AS TIMESTAMP) - INTERVAL 1 MICROSECOND AS DATE), latest.day)
            ) AS DOUBLE
        ) AS days
    FROM fitted
    CROSS JOIN (SELECT max(day) AS day FROM later_purchases) AS latest
),

asked_moments AS (
    SELECT weeks.week AS moment, 1e0 AS v, least(weeks.week * 7, watched.days) AS days_ahead
    FROM watched
    CROSS JOIN (SELECT unnest(range(1, 5220)) AS week) AS weeks
    WHERE weeks.week {{ "<=" if by == "week" else "=" }} CAST(ceil(watched.days / 7) AS BIGINT)
),

{{ waits() }},

{% if by == "week" %}
-- Customers alike in purchases and age are expected to buy alike, once they are there.
classes AS (
    SELECT
        x,
        age_days,
        count(*) AS customers,
        CAST(sum(main.fixed_point(p_alive)) AS DOUBLE) AS alive,
        CAST(sum(main.fixed_point(p_alive * {{ purchase_value() }})) AS DOUBLE) AS worth
    FROM alive
    GROUP BY x, age_days
),

reached AS (
    SELECT
        waits.moment AS bucket_number,
        sum(classes.customers) AS customers,
        CAST(sum(main.fixed_point(classes.alive * waits.purchases)) AS DOUBLE) AS purchases,
        CAST(sum(main.fixed_point(classes.worth * waits.purchases)) AS DOUBLE) AS revenue
    FROM waits
    INNER JOIN classes ON classes.x = waits.x AND classes.age_days = waits.age_days
    GROUP BY waits.moment
),

expected AS (
    SELECT
        bucket_number,
        CAST(bucket_number AS VARCHAR) AS bucket,
        customers,
        purchases - coalesce(lag(purchases) OVER (ORDER BY bucket_number), 0) AS purchases,
        revenue - coalesce(lag(revenue) OVER (ORDER BY bucket_number), 0) AS revenue
    FROM reached
),

observed AS (
    SELECT
        CAST(ceil(date_diff('day', watched.fitted_on, later_purchases.day) / 7e0) AS BIGINT) AS bucket_number,
        count(*) AS purchases,
        sum(later_purchases.kept) AS revenue
    FROM later_purchases
    CROSS JOIN watched
    WHERE later_purchases.customer_key IN (SELECT customer_key FROM alive WHERE r IS NOT NULL)
    GROUP BY 1
),
{% else %}
customer_sums AS (
    SELECT customer_key, count(*) AS purchases, sum(kept) AS revenue
    FROM later_purchases
    GROUP BY customer_key
),

customers AS (
    SELECT
        alive.x,
        alive.customer_key,
        alive.p_alive * waits.purchases AS expected_purchases,
        alive.p_alive * waits.purchases * alive.purchase_value AS expected_revenue,
        coalesce(customer_sums.purchases, 0) AS purchases,
        coalesce(customer_sums.revenue, 0) AS revenue
    FROM (SELECT *, {{ purchase_value() }} AS purchase_value FROM alive) AS alive
    INNER JOIN waits ON waits.x = alive.x AND waits.age_days = alive.age_days
    LEFT JOIN customer_sums ON customer_sums.customer_key = alive.customer_key
),

placed_customers AS (
    SELECT
        customers.*,
        CASE
            WHEN $by = 'frequency' THEN least(x, 7)
            ELSE ntile(10) OVER (ORDER BY expected_purchases DESC, customer_key)
        END AS bucket_number
    FROM customers
),

expected AS (
    SELECT
        bucket_number,
        CASE WHEN $by = 'frequency' AND bucket_number = 7 THEN '7+' ELSE CAST(bucket_number AS VARCHAR) END AS bucket,
        count(*) AS customers,
        CAST(sum(main.fixed_point(expected_purchases)) AS DOUBLE) AS purchases,
        CAST(sum(main.fixed_point(expected_revenue)) AS DOUBLE) AS revenue,
        sum(purchases) AS observed_purchases,
        sum(revenue) AS observed_revenue
    FROM placed_customers
    GROUP BY bucket_number
),

observed AS (
    SELECT bucket_number, observed_purchases AS purchases, observed_revenue AS revenue
    FROM expected
),
{% endif %}

rows_asked AS (
    SELECT
        expected.bucket,
        expected.bucket_number,
        expected.customers,
        coalesce(observed.purchases, 0) AS observed_purchases,
        expected.purchases AS expected_purchases,
        coalesce(observed.revenue, 0) AS observed_revenue,
        expected.revenue AS expected_revenue
    FROM expected
    LEFT JOIN observed ON observed.bucket_number = expected.bucket_number
)

SELECT
    rows_asked.bucket,
    CAST(rows_asked.bucket_number AS INTEGER) AS bucket_number,
    CAST(rows_asked.customers AS BIGINT) AS customers,
    CAST(rows_asked.observed_purchases AS BIGINT) AS observed_purchases,
    rows_asked.expected_purchases,
    main.ratio(rows_asked.observed_purchases, rows_asked.customers) AS observed_per_customer,
    main.ratio(rows_asked.expected_purchases, rows_asked.customers) AS expected_per_customer,
    main.ratio(rows_asked.expected_purchases, rows_asked.observed_purchases) - 1 AS error,
    main.ratio(rows_asked.observed_purchases, rows_asked.customers)
    / nullif(main.ratio(sum(rows_asked.observed_purchases) OVER (), sum(rows_asked.customers) OVER ()), 0) AS lift,
    main.money(rows_asked.observed_revenue) AS observed_revenue,
    main.money(rows_asked.expected_revenue) AS expected_revenue,
    CAST(
        sum(rows_asked.observed_purchases) OVER (ORDER BY rows_asked.bucket_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT
    ) AS observed_cumulative,
    sum(rows_asked.expected_purchases) OVER (ORDER BY rows_asked.bucket_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        AS expected_cumulative
FROM rows_asked
ORDER BY rows_asked.bucket_number, rows_asked.bucket
