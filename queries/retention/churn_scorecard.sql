/*
question = "How well does a rule of so many days tell who has really left?"
doc = """
The churn rule held against the planted truth of a synthetic company, for several lengths of silence at once: of the customers whom the rule calls churned, how many \
have really left for good by as_of, and of those who have left, how many it finds. Customers with a sale on record count. Without planted truth, as in your own data, there is no row."""
misleads = "It holds for this company, whose customers buy at their own pace: a rule that suits one shop fails in another. What the table teaches is how few of the churned may be gone."
grain = ["inactive_days"]
headline = ["inactive_days", "called", "called_and_left", "precision_rate", "recall_rate"]
needs = ["star.fact_order", "truth.customer"]

[params]
thresholds = { type = "list[int]", min = 1, max = 3650, default = [30, 60, 90, 120, 180, 270, 365], doc = "Days without an order after which the rule calls a customer churned; one row each." }

[columns]
inactive_days = "Days of the rule."
customers = "Customers with a sale on record."
has_left = "Of these, customers who have really left for good by as_of."
called = "Customers whom the rule calls churned."
called_and_left = "Of these, customers who have really left."
precision_rate = "called_and_left / called."
recall_rate = "called_and_left / has_left."
right_rate = "Customers told right, gone or not, divided by all customers."

[chart]
kind = "line"
x = "inactive_days"
y = ["precision_rate", "recall_rate"]

[finding]
text = "Of the customers silent for more than {inactive_days:days}, {precision_rate:percent} have really left; the rule finds {recall_rate:percent} of those who have."
sql = """
SELECT inactive_days, precision_rate, recall_rate
FROM answer
ORDER BY abs(inactive_days - 90), inactive_days LIMIT 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
WITH {{ purchases.purchases() }},

known AS (
    SELECT
        main.elapsed_days(buyers.last_at, today.today_at) AS inactivity_days,
        coalesce(truth.churned_at <= today.today_at, false) AS has_left
    FROM buyers
    INNER JOIN truth.customer AS truth ON truth.customer_key = buyers.customer_key
    CROSS JOIN today
),

rules AS (
    SELECT DISTINCT unnest($thresholds) AS inactive_days
),

rule_totals AS (
    SELECT
        rules.inactive_days,
        count(*) AS customers,
        count(CASE WHEN known.has_left THEN 1 END) AS has_left,
        count(CASE WHEN known.inactivity_days > rules.inactive_days THEN 1 END) AS called,
        count(CASE WHEN known.inactivity_days > rules.inactive_days AND known.has_left THEN 1 END) AS called_and_left
    FROM known
    CROSS JOIN rules
    GROUP BY rules.inactive_days
)

SELECT
    inactive_days,
    CAST(customers AS BIGINT) AS customers,
    CAST(has_left AS BIGINT) AS has_left,
    CAST(called AS BIGINT) AS called,
    CAST(called_and_left AS BIGINT) AS called_and_left,
    main.ratio(called_and_left, called) AS precision_rate,
    main.ratio(called_and_left, has_left) AS recall_rate,
    main.ratio(customers - has_left - called + 2 * called_and_left, customers) AS right_rate
FROM rule_totals
ORDER BY inactive_days
