/*
question = "Which customers are the best, which are leaving, and which are lost?"
doc = """
Recency, frequency and monetary scores of every customer with an order, and the segment that they fall in. The best score \
of each is the highest: recent, frequent, much. Only sales count; money is their net revenue less refunds, whenever \
they were paid back, and less the credit notes of the time. A score is relative: with quantile or ntile a fifth of the customers is always last, however good \
all of them are; use cuts to compare two dates. Equal values never get different scores, so a measure that is the same \
for most customers (a first order only, say) has fewer scores than bins. Segments are drawn on scores of 1 to 5 by the rules of a map (meta.segment_rule), the first \
that fits wins, and who fits none is in Others; with other numbers of bins each score is first moved to the nearest of \
1 to 5, the lowest and the highest staying so. Only who has one order, and is not known to have bought before, is called new. Bins end at whole days, orders and cents (whole \
units of money where every total is whole): the end of a quantile moves up to the next. \
Where a source told figures of customers and no orders (star.fact_customer_snapshot), the latest of these are scored."""
grain = ["customer_key"]
headline = ["customer_id", "segment", "rfm_score", "recency_days", "frequency", "monetary"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "scatter"
x = "recency_days"
y = "monetary"
series = "segment"

[finding]
text = "The fifth of the customers who spent most brought in {share:percent} of the money."
sql = """
WITH ranked AS (
    SELECT
        monetary,
        row_number() OVER (ORDER BY monetary DESC) AS place,
        count(*) OVER () AS customers,
        sum(monetary) OVER () AS total
    FROM answer
)
SELECT sum(CASE WHEN place * 5 <= customers THEN monetary ELSE 0 END) / max(total) AS share
FROM ranked
HAVING max(customers) >= 50 AND max(total) > 0"""

[params]
as_of = { type = "timestamp", doc = "The moment from which recency counts back; later orders do not count. Default: the last order counted." }

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
segment = "Name of the segment, as the map has it; Others for who fits no rule. By martlet: Champions, Loyal Customers, New Customers, Promising, Potential Loyalist, Need Attention, About To Sleep, Can't Lose Them, At Risk, Hibernating or Lost."
*/
{% from "segmentation/_scores.sql" import scored_customers %}
WITH moments AS (
    SELECT 1 AS moment, $as_of AS asked_at
),

{{ scored_customers() }}

SELECT
    scored_customers.customer_key,
    customer.customer_id,
    scored_customers.last_ordered_at,
    scored_customers.recency_days,
    scored_customers.frequency,
    scored_customers.monetary,
    scored_customers.recency_score,
    scored_customers.frequency_score,
    scored_customers.monetary_score,
    scored_customers.rfm_score,
    scored_customers.segment
FROM scored_customers
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = scored_customers.customer_key
ORDER BY scored_customers.rfm_score DESC, scored_customers.monetary DESC, scored_customers.customer_key
