/*
question = "Who moved from which segment to which between two dates?"
doc = """
Customers by their RFM segment at the first date and at the second. Both dates are scored by the bounds of one (scale), so that a move is \
a change of the customer and not of the others. Who had not bought by the first date comes from (no order yet); where nobody had, the bounds are those of the second. Days since the last order grow by \
themselves: a customer who does nothing moves towards Lost."""
misleads = "scale = each scores each date by its own quantiles: then somebody can fall because others bought more."
grain = ["from_segment", "to_segment"]
headline = ["from_segment", "to_segment", "customers", "share"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "heat"
x = "to_segment"
y = "from_segment"
series = "customers"

[finding]
text = "Of {from_customers:count} customers who were {from_segment}, {share:percent} are {to_segment} now."
sql = "SELECT from_segment, to_segment, from_customers, share FROM answer WHERE from_segment <> to_segment AND from_segment <> '(no order yet)' ORDER BY customers DESC, from_segment, to_segment LIMIT 1"

[params]
before = { type = "timestamp", doc = "The first date. Default: 90 days before the second." }
as_of = { type = "timestamp", doc = "The second date; later orders do not count. Default: the last order counted." }
scale = { type = "choice", of = ["first", "second", "each"], default = "first", doc = "Whose bounds score the customers: those of the first date, of the second, or of each its own. Cuts are the same for both." }

[columns]
from_segment = "Segment at the first date; (no order yet) for who had none by then."
to_segment = "Segment at the second date."
customers = "Number of customers who moved so, or stayed."
from_customers = "Number of customers who were in from_segment."
share = "customers / from_customers, 0 to 1."
monetary = "Net revenue less refunds of these customers up to the second date."
*/
{% from "segmentation/_scores.sql" import scored_customers %}
WITH last_sale AS (
    SELECT coalesce($as_of, max(ordered_at)) AS last_at
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND (main.is_sale(status) OR status = 'credit_note')
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
),

moments AS (
    SELECT
        ordinals.moment,
        CASE ordinals.moment WHEN 1 THEN coalesce($before, last_sale.last_at - INTERVAL 90 DAY) ELSE last_sale.last_at END AS asked_at
    FROM last_sale
    CROSS JOIN (VALUES (1), (2)) AS ordinals (moment)
    WHERE
        last_sale.last_at IS NOT NULL
        AND CASE WHEN $before IS NULL OR $before <= last_sale.last_at THEN true ELSE error('before must not be after as_of') END
),

{{ scored_customers("CASE $scale WHEN 'first' THEN score_bounds.first_moment WHEN 'second' THEN score_bounds.last_moment ELSE customer_measures.moment END") }},

customer_moves AS (
    SELECT
        customer_key,
        coalesce(max(CASE WHEN moment = 1 THEN segment END), '(no order yet)') AS from_segment,
        max(CASE WHEN moment = 2 THEN segment END) AS to_segment,
        max(CASE WHEN moment = 2 THEN monetary END) AS monetary
    FROM scored_customers
    GROUP BY customer_key
),

moves AS (
    SELECT from_segment, to_segment, count(*) AS customers, sum(monetary) AS monetary
    FROM customer_moves
    WHERE to_segment IS NOT NULL
    GROUP BY from_segment, to_segment
)

SELECT
    from_segment,
    to_segment,
    customers,
    CAST(sum(customers) OVER (PARTITION BY from_segment) AS BIGINT) AS from_customers,
    customers / sum(customers) OVER (PARTITION BY from_segment) AS share,
    main.money(monetary) AS monetary
FROM moves
ORDER BY from_segment, customers DESC, to_segment
