/*
question = "How much do the best customers, or products, bring?"
doc = """
Customers (or products, or categories) sorted by what they bring, in parts of equal size, with the share that the best of them bring together: \
the points of a Lorenz curve, exact also where the number of customers is no multiple of the parts (who lies on the border \
counts in part). Of customers it is net revenue less refunds, or margin; of products and categories that of their lines, before refunds. Only who has a sale counts, and by margin only those whose margin is known whole."""
misleads = "Over a few months much of the concentration is chance: who bought once happens to lie in it. Compare periods of one length."
grain = ["part"]
headline = ["top_share", "amount_share", "cumulative_share"]
needs = ["star.fact_order or star.fact_customer_snapshot"]

[chart]
kind = "lorenz"
x = "top_share"
y = "cumulative_share"

[finding]
text = "The best {top_share:percent} bring {cumulative_share:percent} (Gini {gini:number})."
effect = "effect"
sql = "SELECT top_share, cumulative_share, gini, cumulative_share - top_share AS effect FROM answer WHERE top_share >= 0.2 ORDER BY top_share LIMIT 1"

[params]
parts = { type = "int", min = 2, max = 100, default = 10, doc = "Number of parts: 10 are deciles." }

[columns]
part = "Number of the part, 1 is the best."
top_share = "Share of the customers (products, categories) in this part and the better ones, 0 to 1."
items = "Number of customers (products, categories) of whom more than a half lies in the part."
least_amount = "Amount of the least of the part."
amount = "Amount of the part, in the warehouse's currency."
amount_share = "Share of the part in the whole amount. NULL where that is not above 0."
cumulative_share = "Share of this part and the better ones. NULL where the whole amount is not above 0."
gini = "Gini coefficient of the amounts, the same in each row: 0 where all bring the same, near 1 where one brings all (above 1 is possible where some are negative). NULL where the whole amount is not above 0."
*/
{% from "segmentation/_amounts.sql" import amounts %}
WITH {{ amounts(unit, measure) }},

ranked AS (
    SELECT
        amount,
        row_number() OVER (ORDER BY amount DESC, item) AS nth,
        count(*) OVER () AS n,
        sum(amount) OVER (ORDER BY amount DESC, item ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running,
        sum(amount) OVER () AS total
    FROM amounts
),

-- Gini = sum((n + 1 - 2 nth) amount) / (n total), nth counted from the greatest (Gini 1912, as Sen 1973 writes it).
concentration AS (
    SELECT CASE WHEN max(total) > 0 THEN CAST(sum((n + 1 - 2 * nth) * amount) AS DOUBLE) / (max(n) * CAST(max(total) AS DOUBLE)) END AS gini
    FROM ranked
),

part_ends AS (
    SELECT
        ends.part,
        ranked.n,
        ranked.total,
        ranked.amount AS least_amount,
        -- In parts of a customer, so that it is a whole number until the last step.
        CAST(
            (ranked.running - ranked.amount) * $parts + (ranked.n * ends.part - (ranked.nth - 1) * $parts) * ranked.amount
            AS DOUBLE
        ) / $parts AS cumulative
    FROM (SELECT CAST(unnest(generate_series(1, $parts)) AS BIGINT) AS part) AS ends
    INNER JOIN ranked ON ranked.nth = (ranked.n * ends.part + $parts - 1) // $parts
)

SELECT
    part_ends.part,
    CAST(part_ends.part AS DOUBLE) / $parts AS top_share,
    -- Half of a customer on a border counts up.
    (2 * part_ends.n * part_ends.part + $parts) // (2 * $parts) - (2 * part_ends.n * (part_ends.part - 1) + $parts) // (2 * $parts) AS items,
    part_ends.least_amount,
    main.money(part_ends.cumulative - coalesce(lag(part_ends.cumulative) OVER (ORDER BY part_ends.part), 0)) AS amount,
    CASE
        WHEN part_ends.total > 0
            THEN (part_ends.cumulative - coalesce(lag(part_ends.cumulative) OVER (ORDER BY part_ends.part), 0)) / CAST(part_ends.total AS DOUBLE)
    END AS amount_share,
    CASE WHEN part_ends.total > 0 THEN part_ends.cumulative / CAST(part_ends.total AS DOUBLE) END AS cumulative_share,
    concentration.gini
FROM part_ends
CROSS JOIN concentration
ORDER BY part_ends.part
