/*
question = "How do customers move between awareness, consideration, purchase and loyalty, month by month?"
doc = """
Each customer who is known by a month, by where they stood at the end of the month before and where they stand at the end of this one: awareness (a touch or a visit), consideration (a visit that looked at a product or went further), purchase (a sale), loyalty (loyal_orders sales), lapsed (nothing at all for lapse_months calendar months, however far they had come). (new) is who was not seen before; who stays has the same \
stage twice. Who comes back from lapsed returns to how far they had come, or further. All customers who arrived by the end of a month leave from there in the next one. \
Needs any of star.fact_touchpoint, star.fact_session and star.fact_order; a customer's own row is in journey/life."""
misleads = "Who is older than the data is (new) in the first months, and nobody can have lapsed in them. The last month may still run: see complete."
grain = ["month_start", "from_stage", "to_stage"]
headline = ["month_start", "from_stage", "to_stage", "customers", "from_share"]
needs = ["star.fact_touchpoint or star.fact_session or star.fact_order"]

[columns]
month_start = "First day of the month."
from_stage = "Where the customers stood at the end of the month before; (new) for those not seen before."
to_stage = "Where they stand at the end of the month."
customers = "Number of customers."
from_share = "Share of those who stood at from_stage."
complete = "Whether the month is over at as_of."

[chart]
kind = "sankey"
x = "from_stage"
y = "customers"
series = "to_stage"

[finding]
text = "Of those who had bought once, {loyal:percent} became loyal in an average month, and {lapsed:percent} lapsed."
sql = """
SELECT
    CAST(sum(CASE WHEN to_stage = 'loyalty' THEN customers ELSE 0 END) AS DOUBLE) / sum(customers) AS loyal,
    CAST(sum(CASE WHEN to_stage = 'lapsed' THEN customers ELSE 0 END) AS DOUBLE) / sum(customers) AS lapsed
FROM answer
WHERE complete AND from_stage = 'purchase'
HAVING sum(customers) >= 100"""
*/
{% import "journey/_life.sql" as life %}
WITH {{ life.deeds() }},

customer_months AS (
    SELECT
        customer_key,
        {{ life.month_of("done_at") }} AS month,
        count(considered_at) AS considered,
        count(ordered_at) AS orders
    FROM deeds
    WHERE customer_key <> 0
    GROUP BY 1, 2
),

reached AS (
    SELECT
        customer_key,
        month,
        lag(month) OVER (PARTITION BY customer_key ORDER BY month) AS month_before,
        lead(month) OVER (PARTITION BY customer_key ORDER BY month) AS next_month,
        sum(orders) OVER (PARTITION BY customer_key ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS orders,
        sum(considered) OVER (PARTITION BY customer_key ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS considered,
        orders AS month_orders,
        considered AS month_considered
    FROM customer_months
),

-- The stage of the month, and that of the month with something before it, which is known from what the month itself added.
staged AS (
    SELECT
        reached.month,
        coalesce(reached.next_month, today.today_month + 1) - reached.month AS months,
        reached.month - reached.month_before AS silence,
        {{ life.stage_of("(reached.orders + CASE WHEN customer.ordered_before_data THEN 1 ELSE 0 END)", "reached.considered > 0") }} AS stage,
        {{ life.stage_of("(reached.orders - reached.month_orders + CASE WHEN customer.ordered_before_data THEN 1 ELSE 0 END)", "reached.considered > reached.month_considered") }} AS stage_before
    FROM reached
    CROSS JOIN today
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = reached.customer_key
),

-- Alike spells are one row, so that few are drawn out month by month.
spells AS (
    SELECT
        month,
        months,
        stage,
        CASE WHEN silence IS NULL THEN '(new)' WHEN silence > $lapse_months THEN 'lapsed' ELSE stage_before END AS stage_before,
        count(*) AS customers
    FROM staged
    GROUP BY 1, 2, 3, 4
),

-- The bound is for an as_of that lies centuries ahead.
spell_months AS (
    SELECT spells.*, unnest(range(0, least(months, 1200))) AS passed
    FROM spells
),

moves AS (
    SELECT
        month + passed AS month,
        CASE WHEN passed = 0 THEN stage_before WHEN passed - 1 < $lapse_months THEN stage ELSE 'lapsed' END AS from_stage,
        CASE WHEN passed < $lapse_months THEN stage ELSE 'lapsed' END AS to_stage,
        customers
    FROM spell_months
),

move_sums AS (
    SELECT month, from_stage, to_stage, sum(customers) AS customers
    FROM moves
    GROUP BY month, from_stage, to_stage
)

SELECT
    make_date(CAST(move_sums.month // 12 AS INTEGER), CAST(move_sums.month % 12 + 1 AS INTEGER), 1) AS month_start,
    move_sums.from_stage,
    move_sums.to_stage,
    CAST(move_sums.customers AS BIGINT) AS customers,
    main.ratio(move_sums.customers, sum(move_sums.customers) OVER (PARTITION BY move_sums.month, move_sums.from_stage)) AS from_share,
    move_sums.month < today.today_month AS complete
FROM move_sums
CROSS JOIN today
ORDER BY month_start, from_stage, to_stage
