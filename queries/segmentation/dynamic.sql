/*
question = "How has a segment of my own grown from month to month?"
doc = """
How many customers met the conditions of a segment (`martlet install-segments FILE`) at the end of each month, and at as_of. What was bought is as of then; \
whatever else a condition asks about (age, tier, opens) is as of now, see segmentation/members."""
misleads = "A condition on a trait of now, such as the loyalty tier, picks in earlier months those who have it today."
grain = ["segment", "month_end"]
headline = ["segment", "month_end", "customers", "joined", "left_it"]
needs = ["star.dim_customer"]

[chart]
kind = "line"
x = "month_end"
y = "customers"
series = "segment"

[finding]
text = "{segment} has {customers:count} customers, {joined:count} came and {left_it:count} left since the month before."
sql = "SELECT segment, customers, joined, left_it FROM answer WHERE joined IS NOT NULL ORDER BY month_end DESC, customers DESC, segment LIMIT 1"

[params]
name = { type = "str", doc = "Name of the segment. Default: each of them." }
as_of = { type = "timestamp", doc = "The last moment; later orders do not count. Default: the last order counted." }
months = { type = "int", min = 1, max = 60, default = 12, doc = "Number of month ends before as_of." }

[columns]
segment = "Name of the segment."
month_end = "The moment: the first of a month at midnight, before which its orders lie, or as_of."
customers = "Number of customers who belong to it then."
monetary = "Net revenue less refunds of their orders until then."
joined = "Number of those who did not belong to it at the moment before. NULL at the first."
left_it = "Number of those who belonged to it at the moment before and do not any more. NULL at the first."
*/
{% from "segmentation/_members.sql" import members %}
WITH last_sale AS (
    SELECT coalesce($as_of, max(ordered_at)) AS last_at, min(ordered_at) AS first_at
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND main.is_sale(status)
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
),

-- An order at midnight of the first belongs to the new month.
moments AS (
    SELECT
        ends.moment,
        CASE
            WHEN ends.moment = $months THEN last_sale.last_at
            ELSE date_trunc('month', last_sale.last_at) - to_months(CAST($months - 1 - ends.moment AS INTEGER)) - INTERVAL 1 MICROSECOND
        END AS asked_at
    FROM last_sale
    CROSS JOIN (SELECT CAST(unnest(generate_series(0, $months)) AS BIGINT) AS moment) AS ends
    WHERE last_sale.last_at IS NOT NULL
),

{{ members() }},

member_moves AS (
    SELECT
        segment,
        customer_key,
        moment,
        monetary,
        coalesce(lag(moment) OVER (PARTITION BY segment, customer_key ORDER BY moment), -1) <> moment - 1 AS is_new,
        coalesce(lead(moment) OVER (PARTITION BY segment, customer_key ORDER BY moment), -1) <> moment + 1 AS is_last
    FROM members
),

moment_totals AS (
    SELECT
        every.segment,
        every.moment,
        every.asked_at,
        count(member_moves.customer_key) AS customers,
        coalesce(sum(member_moves.monetary), 0) AS monetary,
        count(*) FILTER (WHERE member_moves.is_new) AS joined,
        count(*) FILTER (WHERE member_moves.is_last) AS last_here
    FROM (SELECT DISTINCT asked_conditions.segment, moments.moment, moments.asked_at FROM asked_conditions CROSS JOIN moments) AS every
    LEFT JOIN member_moves ON member_moves.segment = every.segment AND member_moves.moment = every.moment
    GROUP BY every.segment, every.moment, every.asked_at
)

SELECT
    segment,
    CASE WHEN moment = $months THEN asked_at ELSE asked_at + INTERVAL 1 MICROSECOND END AS month_end,
    customers,
    main.money(monetary) AS monetary,
    CASE WHEN moment > 0 THEN joined END AS joined,
    lag(last_here) OVER (PARTITION BY segment ORDER BY moment) AS left_it
FROM moment_totals
ORDER BY segment, moment
