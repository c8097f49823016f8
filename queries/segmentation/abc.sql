/*
question = "Which customers, or products, are A, B and C?"
doc = """
Each customer (or product, or category) with a sale, by what they bring, and their class: A are the best who bring a_share of all together, the one who \
crosses that border included; B those who bring on to b_share; C the rest, and whoever brings nothing or less. Equal amounts fall in one class, the better one. \
Of customers it is net revenue less refunds, or margin; of products and categories that of their lines, before refunds. By margin only those count whose margin is known whole."""
grain = ["item"]
headline = ["item", "amount", "cumulative_share", "class"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "line"
x = "position"
y = "cumulative_share"
series = "class"

[finding]
text = "{items:count} of {all_items:count} are A: they bring {share:percent}."
sql = "SELECT count(*) FILTER (WHERE class = 'A') AS items, count(*) AS all_items, sum(amount_share) FILTER (WHERE class = 'A') AS share FROM answer HAVING count(*) FILTER (WHERE class = 'A') > 0"

[params]
a_share = { type = "float", min = 0, max = 1, default = 0.8, doc = "Share of the whole amount that class A brings." }
b_share = { type = "float", min = 0, max = 1, default = 0.95, doc = "Share of the whole amount that A and B bring together." }

[columns]
item = "Identifier of the customer or product, or name of the category."
position = "Place by amount, from 1, the greatest; equal amounts share the place."
amount = "What it brings, in the warehouse's currency."
amount_share = "Its share of the whole amount. NULL where that is not above 0."
cumulative_share = "Share of it and of all with a greater or equal amount. NULL where the whole amount is not above 0."
class = "A, B or C. C where the whole amount is not above 0."
*/
{% from "_shared/abc.sql" import class_columns, rank_columns, share_columns %}
{% from "segmentation/_amounts.sql" import amounts %}
WITH {{ amounts(unit, measure) }},

ranked AS (
    SELECT
        amounts.item,
        amounts.amount,
        {{ rank_columns("amounts.amount") }}
    FROM amounts
),

shares AS (
    SELECT
        ranked.*,
        {{ share_columns() }}
    FROM ranked
)

SELECT
    {% if unit == "customer" %}
    customer.customer_id AS item,
    {% else %}
    shares.item,
    {% endif %}
    shares.position,
    {{ class_columns() }}
FROM shares
CROSS JOIN (SELECT CASE WHEN $a_share <= $b_share THEN true ELSE error('a_share must be b_share at most') END AS is_possible) AS asked
{% if unit == "customer" %}
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = CAST(shares.item AS INTEGER)
{% endif %}
WHERE asked.is_possible
ORDER BY shares.position, item
