/*
question = "How recent, how often and how much is each RFM score?"
doc = """
The bounds of the scores that segmentation/rfm gives with the same parameters, and the customers within them: what to tell \
a colleague who asks what a 4 means, and what to pass as cuts to score a later month by the same rule. Only measures of \
customers with an order; a score that ties have emptied stays, with no customers."""
grain = ["measure", "score"]
headline = ["measure", "score", "lower_bound", "upper_bound", "customers"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "bar"
x = "score"
y = "customers"
series = "measure"

[finding]
text = "Who ordered within the last {days:days} has the best score for recency, {score:count}: {customers:count} customers."
sql = """
SELECT upper_bound AS days, score, customers
FROM answer
WHERE measure = 'recency' AND score = (SELECT max(score) FROM answer WHERE measure = 'recency') AND customers > 1"""

[params]
as_of = { type = "timestamp", doc = "The moment from which recency counts back; later orders do not count. Default: the last order counted." }

[columns]
measure = "recency (days since the last order), frequency (orders) or monetary (net revenue less refunds)."
score = "The score, the highest is the best."
lower_bound = "Values above this one have the score. NULL: no bound."
upper_bound = "Values up to this one, itself included, have the score. NULL: no bound."
threshold = "What upper_bound was before it moved up to a whole day, order or cent: the type-7 quantile, the last value of the tile, or the cut. NULL where there is no upper bound."
customers = "Customers with the score."
*/
WITH moments AS (
    SELECT 1 AS moment, $as_of AS asked_at
),

{% include "segmentation/_customer_value.sql" %},

{% include "segmentation/_neighbours.sql" %},

{% include "segmentation/_score_bounds.sql" %},

score_sizes AS (
    SELECT score_bounds.measure, score_bounds.score, count(customer_measures.customer_key) AS customers
    FROM score_bounds
    LEFT JOIN customer_measures
        ON customer_measures.measure = score_bounds.measure
        AND (score_bounds.above_step IS NULL OR customer_measures.steps > score_bounds.above_step)
        AND (score_bounds.highest_step IS NULL OR customer_measures.steps <= score_bounds.highest_step)
    GROUP BY score_bounds.measure, score_bounds.score
)

SELECT
    score_bounds.measure,
    CAST(score_bounds.score AS INTEGER) AS score,
    CAST(score_bounds.above_step AS DOUBLE) / units.steps_per_unit AS lower_bound,
    CAST(score_bounds.highest_step AS DOUBLE) / units.steps_per_unit AS upper_bound,
    score_bounds.threshold_steps / units.steps_per_unit AS threshold,
    CAST(score_sizes.customers AS BIGINT) AS customers
FROM score_bounds
INNER JOIN score_sizes ON score_sizes.measure = score_bounds.measure AND score_sizes.score = score_bounds.score
CROSS JOIN money_steps
CROSS JOIN LATERAL (
    SELECT CASE score_bounds.measure WHEN 'monetary' THEN money_steps.steps_per_unit ELSE 1 END
) AS units (steps_per_unit)
ORDER BY
    CASE score_bounds.measure WHEN 'recency' THEN 1 WHEN 'frequency' THEN 2 ELSE 3 END,
    score_bounds.score DESC
