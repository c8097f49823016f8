/*
question = "How far has each customer come: aware, considering, buying, loyal?"
doc = """
Every customer who is known to have done anything, with the stage at as_of: awareness (a touch or a visit), consideration (a visit that looked at a product or went further), purchase (a sale), loyalty (loyal_orders sales), lapsed (nothing at all for lapse_months calendar months, however far they had come). Browsers count for the customer who uses them, also before that was known. Who had bought before the data begin has one order more than is on record. \
Needs any of star.fact_touchpoint, star.fact_session and star.fact_order; without visits nobody is seen to consider."""
misleads = "Only customers are here, that is people who are known: of all who are aware or consider, most never are. What they did before the data begin, and on devices that nobody knows to be theirs, is missing."
grain = ["customer_key"]
headline = ["customer_id", "stage", "first_seen_at", "considered_at", "first_ordered_at", "loyal_at", "last_seen_at", "visits", "orders", "revenue"]
needs = ["star.fact_touchpoint or star.fact_session or star.fact_order"]

[chart]
kind = "scatter"
x = "visits"
y = "revenue"
series = "stage"

[columns]
customer_key = "Key of the customer."
customer_id = "Identifier of the customer in its source."
stage = "awareness, consideration, purchase, loyalty or lapsed."
first_seen_at = "Moment of the first touch, visit or sale on record."
considered_at = "Beginning of the first visit that looked at a product. NULL without one."
first_ordered_at = "Moment of the first sale on record. NULL without one."
loyal_at = "Moment of the sale that made the customer loyal. NULL without it."
last_seen_at = "Moment of the last touch, visit or sale."
visits = "Visits on record."
orders = "Sales on record."
revenue = "Net revenue of these."

[finding]
text = "{loyal:percent} of the customers are loyal, and {lapsed:percent} have lapsed."
sql = """
SELECT
    CAST(sum(CASE WHEN stage = 'loyalty' THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS loyal,
    CAST(sum(CASE WHEN stage = 'lapsed' THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS lapsed
FROM answer
HAVING count(*) >= 30"""
*/
{% import "journey/_life.sql" as life %}
WITH {{ life.deeds() }},

-- Sales alone are put in order: of all else there is too much.
loyal_orders AS (
    SELECT placed.customer_key, placed.ordered_at AS loyal_at
    FROM (
        SELECT
            customer_key,
            ordered_at,
            row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS number
        FROM star.fact_order
        WHERE customer_key <> 0 AND main.is_sale(status) AND ($as_of IS NULL OR ordered_at <= $as_of)
    ) AS placed
    INNER JOIN star.dim_customer AS customer ON customer.customer_key = placed.customer_key
    WHERE placed.number = $loyal_orders - CASE WHEN customer.ordered_before_data THEN 1 ELSE 0 END
),

customers AS (
    SELECT
        customer_key,
        min(done_at) AS first_seen_at,
        min(considered_at) AS considered_at,
        min(ordered_at) AS first_ordered_at,
        max(done_at) AS last_seen_at,
        sum(visits) AS visits,
        count(ordered_at) AS orders,
        coalesce(sum(revenue), 0) AS revenue
    FROM deeds
    WHERE customer_key <> 0
    GROUP BY customer_key
),

staged AS (
    SELECT
        customers.*,
        customer.customer_id,
        loyal_orders.loyal_at,
        CASE
            WHEN today.today_month - {{ life.month_of("customers.last_seen_at") }} >= $lapse_months THEN 'lapsed'
            ELSE {{ life.stage_of("(customers.orders + CASE WHEN customer.ordered_before_data THEN 1 ELSE 0 END)", "customers.considered_at IS NOT NULL") }}
        END AS stage
    FROM customers
    CROSS JOIN today
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = customers.customer_key
    LEFT JOIN loyal_orders ON loyal_orders.customer_key = customers.customer_key
)

SELECT
    customer_key,
    customer_id,
    stage,
    first_seen_at,
    considered_at,
    first_ordered_at,
    loyal_at,
    last_seen_at,
    CAST(visits AS BIGINT) AS visits,
    orders,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue
FROM staged
ORDER BY customer_key
