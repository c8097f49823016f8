/*
question = "Which customers are the best, which are leaving, and which are lost?"
doc = """
Recency, frequency and monetary scores of every customer with an order, and the segment that they fall in. The best score \
of each is the highest: recent, frequent, much. Only sales count; money is their net revenue less refunds, whenever \
they were paid back, and less the credit notes of the time. A score is relative: with quantile or ntile a fifth of the customers is always last, however good \
all of them are; use cuts to compare two dates. Equal values never get different scores, so a measure that is the same \
for most customers (a first order only, say) has fewer scores than bins. Segments are drawn on scores of 1 to 5, the first \
that fits wins, and who fits none is in Others; with other numbers of bins each score is first moved to the nearest of \
1 to 5, the lowest and the highest staying so."""
grain = ["customer_key"]

[params]
as_of = { type = "timestamp", doc = "The moment from which recency counts back; later orders do not count. Default: the last order counted." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }
method = { type = "choice", of = ["quantile", "ntile", "cuts"], default = "quantile", doc = "quantile: bins end at type-7 quantiles of the values; ntile: bins of as equal numbers of customers as ties allow; cuts: at fixed values." }
bins = { type = "int", min = 2, max = 10, default = 5, doc = "Number of scores, for quantile and ntile. Cuts make one more bin than there are cuts." }
recency_cuts = { type = "list[float]", min = 0, default = [30, 90, 180, 365], doc = "For cuts: the highest number of days in each bin but the last." }
frequency_cuts = { type = "list[float]", min = 0, default = [1, 2, 3, 5], doc = "For cuts: the highest number of orders in each bin but the last." }
monetary_cuts = { type = "list[float]", default = [50, 100, 250, 500], doc = "For cuts: the highest amount of money in each bin but the last." }

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
last_ordered_at = "The customer's last order, in the warehouse's zone."
recency_days = "Whole days elapsed since the last order."
frequency = "Number of orders."
monetary = "Net revenue less refunds of these orders."
recency_score = "1 to bins, the highest for the most recent."
frequency_score = "1 to bins, the highest for the most orders."
monetary_score = "1 to bins, the highest for the most money."
rfm_score = "The three scores side by side, 543 for 5, 4 and 3; two digits each where there are more than nine bins."
segment = "Champions, Potential Loyalist, Loyal Customers, Promising, New Customers, Can't Lose Them, At Risk, Need Attention, About To Sleep, Lost or Others."
*/
WITH {% include "segmentation/_customer_value.sql" %},

{% include "segmentation/_neighbours.sql" %},

{% include "segmentation/_score_bounds.sql" %},

customer_scores AS (
    SELECT
        customer_measures.customer_key,
        max(CASE score_bounds.measure WHEN 'recency' THEN score_bounds.score END) AS recency_score,
        max(CASE score_bounds.measure WHEN 'frequency' THEN score_bounds.score END) AS frequency_score,
        max(CASE score_bounds.measure WHEN 'monetary' THEN score_bounds.score END) AS monetary_score,
        max(CASE score_bounds.measure WHEN 'recency' THEN score_bounds.fifth END) AS r,
        max(CASE score_bounds.measure WHEN 'frequency' THEN score_bounds.fifth END) AS f,
        max(CASE score_bounds.measure WHEN 'monetary' THEN score_bounds.fifth END) AS m,
        CASE WHEN max(score_bounds.bin_count) > 9 THEN 100 ELSE 10 END AS base
    FROM customer_measures
    INNER JOIN score_bounds
        ON score_bounds.measure = customer_measures.measure
        AND (score_bounds.above_step IS NULL OR customer_measures.steps > score_bounds.above_step)
        AND (score_bounds.highest_step IS NULL OR customer_measures.steps <= score_bounds.highest_step)
    GROUP BY customer_measures.customer_key
)

SELECT
    customer_values.customer_key,
    customer.customer_id,
    customer_values.last_ordered_at,
    customer_values.recency_days,
    customer_values.frequency,
    customer_values.monetary,
    CAST(customer_scores.recency_score AS INTEGER) AS recency_score,
    CAST(customer_scores.frequency_score AS INTEGER) AS frequency_score,
    CAST(customer_scores.monetary_score AS INTEGER) AS monetary_score,
    CAST(
        (customer_scores.recency_score * customer_scores.base + customer_scores.frequency_score) * customer_scores.base
        + customer_scores.monetary_score AS INTEGER
    ) AS rfm_score,
    CASE
        WHEN r = 5 AND f = 5 AND m = 5 THEN 'Champions'
        WHEN r BETWEEN 3 AND 5 AND f BETWEEN 3 AND 5 AND m BETWEEN 2 AND 5 THEN 'Potential Loyalist'
        WHEN r BETWEEN 2 AND 4 AND f BETWEEN 2 AND 4 AND m BETWEEN 2 AND 4 THEN 'Loyal Customers'
        WHEN r BETWEEN 3 AND 4 AND f BETWEEN 1 AND 3 AND m BETWEEN 3 AND 5 THEN 'Promising'
        WHEN r BETWEEN 4 AND 5 AND f BETWEEN 1 AND 3 AND m BETWEEN 1 AND 5 THEN 'New Customers'
        WHEN r BETWEEN 1 AND 2 AND f BETWEEN 3 AND 4 AND m BETWEEN 4 AND 5 THEN 'Can''t Lose Them'
        WHEN r BETWEEN 1 AND 2 AND f BETWEEN 2 AND 5 AND m BETWEEN 4 AND 5 THEN 'At Risk'
        WHEN r BETWEEN 1 AND 3 AND f BETWEEN 3 AND 5 AND m BETWEEN 3 AND 5 THEN 'Need Attention'
        WHEN r BETWEEN 2 AND 3 AND f BETWEEN 1 AND 3 AND m BETWEEN 1 AND 4 THEN 'About To Sleep'
        WHEN r = 1 AND f BETWEEN 1 AND 5 AND m BETWEEN 1 AND 5 THEN 'Lost'
        ELSE 'Others'
    END AS segment
FROM customer_values
INNER JOIN customer_scores ON customer_scores.customer_key = customer_values.customer_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = customer_values.customer_key
ORDER BY rfm_score DESC, customer_values.monetary DESC, customer_values.customer_key
