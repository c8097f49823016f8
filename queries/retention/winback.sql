/*
question = "Of customers who fell silent, how many come back, and after how long?"
doc = """
A silence is the time after an order; each that has lasted more than inactive_days counts from there on, one that ended with an order and one that goes on \
alike, and a customer may have several. A row is a length of silence in steps of step_days: how many got so long, how many ended in the step, \
and how many are so long today. return_rate is for the silences that reach the step, those that stand in it today counting half; \
returned_rate adds the steps up: the share that would be back by the end of the step. Where return_rate has fallen near 0, a customer is gone."""
misleads = """
Those who come back are not won back: most would have come without any mail. Long silences are known only of customers of long ago. \
What customers who are older than the data did before their first order on record is not known, and no silence of theirs is counted there."""
grain = ["from_days"]
headline = ["from_days", "until_days", "silences", "came_back", "return_rate", "returned_rate", "revenue_per_return"]
needs = ["star.fact_order"]

[params]
inactive_days = { type = "int", min = 1, max = 3650, default = 90, doc = "Days without an order after which a customer has lapsed." }
step_days = { type = "int", min = 1, max = 3650, default = 30, doc = "Length of a step in days." }

[columns]
from_days = "Days of silence with which the step begins."
until_days = "Days of silence with which it ends, inclusive."
silences = "Silences longer than from_days."
came_back = "Of these, silences that ended with an order within the step."
still_silent = "Of these, silences that go on, and are within the step at as_of."
return_rate = "came_back / (silences - still_silent / 2)."
return_rate_low = "Lower end of Wilson's 95 % interval of it."
return_rate_high = "Upper end of the interval."
returned_rate = "Share of all silences longer than inactive_days that would have ended by the end of the step."
revenue = "Net revenue of the orders with which customers came back, less their refunds."
revenue_per_return = "revenue / came_back."

[chart]
kind = "response"
x = "from_days"
y = "return_rate"
low = "return_rate_low"
high = "return_rate_high"

[finding]
text = "Of silences longer than {begin_days:days}, {returned_rate:percent} end by day {until_days:count}."
sql = """
SELECT (SELECT min(from_days) FROM answer) AS begin_days, returned_rate, until_days
FROM answer
WHERE silences >= 30
ORDER BY from_days DESC LIMIT 1"""
*/
{% import "retention/_purchases.sql" as purchases %}
WITH {{ purchases.purchases() }},

sales AS (
    SELECT
        customer_key,
        ordered_at,
        lead(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS next_at,
        lead(kept) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS next_kept
    FROM purchases
    WHERE is_sale
),

lengths AS (
    SELECT
        sales.next_at,
        sales.next_kept,
        main.elapsed_days(sales.ordered_at, coalesce(sales.next_at, today.today_at)) AS days
    FROM sales
    CROSS JOIN today
),

-- A step holds its end and not its beginning, as churn is a silence of more than inactive_days.
stepped AS (
    SELECT CAST(ceil((days - $inactive_days) / $step_days) AS BIGINT) - 1 AS step, next_at, next_kept
    FROM lengths
    WHERE days > $inactive_days
),

step_totals AS (
    SELECT
        step,
        count(*) AS leaving,
        count(next_at) AS came_back,
        coalesce(sum(next_kept), 0) AS revenue
    FROM stepped
    GROUP BY step
),

-- The bound is for an as_of that lies centuries ahead.
passed AS (
    SELECT step AS last_step, leaving, came_back, revenue, unnest(range(0, least(step, 3650) + 1)) AS step
    FROM step_totals
),

life_table AS (
    SELECT
        step,
        sum(leaving) AS silences,
        sum(CASE WHEN last_step = step THEN came_back ELSE 0 END) AS came_back,
        sum(CASE WHEN last_step = step THEN leaving - came_back ELSE 0 END) AS still_silent,
        sum(CASE WHEN last_step = step THEN revenue ELSE 0 END) AS revenue
    FROM passed
    GROUP BY step
),

rates AS (
    SELECT
        life_table.*,
        CAST(silences AS DOUBLE) - CAST(still_silent AS DOUBLE) / 2 AS exposed,
        main.ratio(came_back, CAST(silences AS DOUBLE) - CAST(still_silent AS DOUBLE) / 2) AS return_rate
    FROM life_table
),

-- Where all of a step came back, nothing is left, and the logarithm has no value.
sums AS (
    SELECT
        rates.*,
        sum(CASE WHEN return_rate < 1 THEN ln(1 - return_rate) ELSE -1000 END) OVER (
            ORDER BY step ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS log_silent
    FROM rates
)

SELECT
    CAST($inactive_days + step * $step_days AS BIGINT) AS from_days,
    CAST($inactive_days + (step + 1) * $step_days AS BIGINT) AS until_days,
    CAST(silences AS BIGINT) AS silences,
    CAST(came_back AS BIGINT) AS came_back,
    CAST(still_silent AS BIGINT) AS still_silent,
    return_rate,
    greatest(stats.wilson_low(return_rate, exposed, stats.z_95()), 0) AS return_rate_low,
    stats.wilson_high(return_rate, exposed, stats.z_95()) AS return_rate_high,
    1 - exp(log_silent) AS returned_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, came_back) AS revenue_per_return
FROM sums
ORDER BY from_days
