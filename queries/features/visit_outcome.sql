/*
question = "Which of these visits ended in an order after what was known of them?"
doc = """
One row for each visit of features/visit, with what it led to after its first seconds: whether it ended in a sale, and what that brought. An order of the visit that its source dates before the visit, such as one with a day and no hour, counts as one that came later. Where no orders are loaded, a visit that reached the stage Purchase has ordered. It is what a model of visits learns to foretell."""
misleads = "A visit that leads to an order in a later visit counts as one without: credit across visits is the pack attribution's."
grain = ["session_id"]
headline = ["session_id", "has_ordered", "revenue"]
needs = ["star.fact_session"]

[chart]
kind = "bar"
x = "started_at"
y = "has_ordered"

[finding]
text = "{orders:count} of {visits:count} visits ended in an order, which is {share:percent}."
sql = "SELECT sum(has_ordered) AS orders, count(*) AS visits, avg(has_ordered) AS share FROM answer HAVING count(*) > 0"

[columns]
session_id = "Visit, as in star.fact_session."
as_of = "The moment of asking."
started_at = "When the visit began."
has_ordered = "1 when a sale was made in the visit, else 0."
revenue = "Net revenue of its sales, before refunds; 0 without one, NULL where no orders are loaded."
margin = "Margin of these sales. 0 without one, NULL when a cost is not known and where no orders are loaded."
*/
{% from "features/_begun.sql" import begun %}
WITH {{ begun() }},

visit_sales AS (
    SELECT
        orders.session_id,
        sum(orders.net_revenue) AS net_revenue,
        CASE WHEN count(orders.margin) = count(*) THEN sum(orders.margin) END AS margin
    FROM star.fact_order AS orders
    INNER JOIN begun_visits ON begun_visits.session_id = orders.session_id
    WHERE main.is_sale(orders.status)
    GROUP BY orders.session_id
),

all_orders AS (
    SELECT count(*) > 0 AS are_loaded
    FROM star.fact_order
)

SELECT
    visit.session_id,
    asked.as_of,
    visit.started_at,
    CASE
        WHEN visit_sales.session_id IS NOT NULL THEN 1
        WHEN NOT all_orders.are_loaded AND visit.furthest_stage = 'Purchase' THEN 1
        ELSE 0
    END AS has_ordered,
    main.money(CASE WHEN all_orders.are_loaded THEN coalesce(visit_sales.net_revenue, 0) END) AS revenue,
    main.money(CASE WHEN all_orders.are_loaded AND visit_sales.session_id IS NULL THEN 0 ELSE visit_sales.margin END) AS margin
FROM begun_visits AS visit
CROSS JOIN asked
CROSS JOIN all_orders
LEFT JOIN visit_sales ON visit_sales.session_id = visit.session_id
ORDER BY visit.session_id
