/*
question = "Who belongs to a segment of my own?"
doc = """
The customers who meet all conditions of a segment that was put into the warehouse by `martlet install-segments FILE`. Recency, frequency, money and \
average order value are as of as_of, and count by start and until as in segmentation/rfm; whatever else a condition asks about is as of now \
(mart.customer_profile). Who has no order has a frequency and a monetary of 0 and no recency. What is not known meets no condition but is_unknown."""
grain = ["segment", "customer_key"]
headline = ["segment", "customer_id", "monetary"]
needs = ["star.dim_customer"]

[chart]
kind = "bar"
x = "customer_id"
y = "monetary"
series = "segment"

[finding]
text = "{segment} has {customers:count} members, who brought in {monetary:money}."
sql = """
SELECT segment, count(*) AS customers, sum(monetary) AS monetary
FROM answer
GROUP BY segment
ORDER BY count(*) DESC, segment LIMIT 1"""

[params]
name = { type = "str", doc = "Name of the segment. Default: each of them." }
as_of = { type = "timestamp", doc = "The moment from which recency counts back; later orders do not count, nor customers first seen later. Default: the last order counted." }

[columns]
segment = "Name of the segment."
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
monetary = "Net revenue less refunds of their orders."
*/
{% from "segmentation/_members.sql" import members %}
WITH moments AS (
    SELECT 1 AS moment, $as_of AS asked_at
),

{{ members() }}

SELECT
    members.segment,
    members.customer_key,
    customer.customer_id,
    main.money(members.monetary) AS monetary
FROM members
INNER JOIN star.dim_customer AS customer ON customer.customer_key = members.customer_key
ORDER BY members.segment, members.monetary DESC, members.customer_key
