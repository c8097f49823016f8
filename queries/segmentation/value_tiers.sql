/*
question = "How much more does the best tier of customers bring than those below?"
doc = """
Customers with a sale in tiers of equal size by net revenue less refunds, 1 is the best; equal amounts fall in one tier, the better one, so tiers may differ in size. How many times as much a \
customer of a tier brings as one of the next and of the lowest."""
misleads = "Who came late has had less time to spend: compare customers of like age (value/historic) before calling somebody poor."
grain = ["tier"]
headline = ["tier", "customers", "avg_monetary", "monetary_share", "times_lowest"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "bar"
x = "tier"
y = "monetary_share"

[finding]
text = "A customer of the best tier brings {times_lowest:number} times as much as one of the lowest."
sql = "SELECT times_lowest FROM answer WHERE tier = 1 AND times_lowest > 1"

[params]
tiers = { type = "int", min = 2, max = 20, default = 4, doc = "Number of tiers: 4 are quartiles." }
start = { type = "timestamp", doc = "First moment of the orders that count, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders that count, exclusive. Default: all." }

[columns]
tier = "Number of the tier, 1 brings the most."
customers = "Number of customers."
least_monetary = "Least amount in the tier."
most_monetary = "Greatest amount in the tier."
monetary = "Amount of all in the tier."
monetary_share = "Share of the tier. NULL where the whole is not above 0."
avg_monetary = "monetary / customers."
avg_orders = "Mean number of orders."
times_next = "avg_monetary over that of the next lower tier. NULL for the lowest, and where that is not above 0."
times_lowest = "avg_monetary over that of the lowest tier. NULL where that is not above 0."
*/
{% from "segmentation/_told.sql" import told %}
WITH {{ told("$start IS NULL AND $until IS NULL") }},

customer_totals AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE main.is_sale(status)) AS orders,
        sum(net_revenue - refund_amount) AS monetary
    FROM star.fact_order
    WHERE
        customer_key <> 0
        AND (main.is_sale(status) OR status = 'credit_note')
        AND ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
    GROUP BY customer_key
    HAVING count(*) FILTER (WHERE main.is_sale(status)) > 0
    UNION ALL
    SELECT customer_key, frequency, monetary
    FROM told_totals
    WHERE frequency > 0
),

customer_tiers AS (
    SELECT
        orders,
        monetary,
        1 + (rank() OVER (ORDER BY monetary DESC) - 1) * $tiers // count(*) OVER () AS tier
    FROM customer_totals
),

tier_totals AS (
    SELECT
        tier,
        count(*) AS customers,
        min(monetary) AS least_monetary,
        max(monetary) AS most_monetary,
        sum(monetary) AS monetary,
        sum(orders) AS orders,
        CAST(sum(monetary) AS DOUBLE) / count(*) AS avg_monetary
    FROM customer_tiers
    GROUP BY tier
),

compared AS (
    SELECT
        tier_totals.*,
        sum(monetary) OVER () AS all_monetary,
        lead(avg_monetary) OVER (ORDER BY tier) AS next_avg,
        min_by(avg_monetary, -tier) OVER () AS lowest_avg
    FROM tier_totals
)

SELECT
    CAST(tier AS INTEGER) AS tier,
    customers,
    main.money(least_monetary) AS least_monetary,
    main.money(most_monetary) AS most_monetary,
    main.money(monetary) AS monetary,
    CASE WHEN all_monetary > 0 THEN CAST(monetary AS DOUBLE) / CAST(all_monetary AS DOUBLE) END AS monetary_share,
    main.money(avg_monetary) AS avg_monetary,
    orders / customers AS avg_orders,
    CASE WHEN next_avg > 0 THEN avg_monetary / next_avg END AS times_next,
    CASE WHEN lowest_avg > 0 THEN avg_monetary / lowest_avg END AS times_lowest
FROM compared
ORDER BY tier
