/*
question = "What is bought together?"
doc = """
Pairs of products, categories, subcategories or brands that stand in the same order, or that the same customer has bought: how many, the support (their share of all \
baskets), the confidence (of the baskets with the item, the share that also has the other) and the lift (that share over the other's share of all \
baskets: 1 where the two have nothing to do with each other). Each pair stands in both directions, since confidence has one. Only lines of sales; \
orders without lines, and lines of no known product, are not counted."""
misleads = """
Rare pairs reach a high lift by accident: min_baskets leaves them out. A lift says what goes together, not that showing the one sells the other."""
grain = ["item", "other"]
headline = ["item_name", "other_name", "baskets", "confidence", "lift"]
needs = ["star.fact_order"]

[chart]
kind = "scatter"
x = "support"
y = "lift"

[finding]
text = "{share:percent} of the baskets with {item_name} also have {other_name}, {lift:number} times as many as among all."
sql = "SELECT confidence AS share, item_name, other_name, lift FROM answer WHERE lift > 1 ORDER BY lift DESC, item, other LIMIT 1"

[columns]
item = "Identifier of the product, or the name of the category, subcategory or brand."
item_name = "Its name."
other = "The item that it is held against."
other_name = "Its name."
baskets = "Baskets with both."
item_baskets = "Baskets with the item."
other_baskets = "Baskets with the other."
support = "baskets / all baskets."
confidence = "baskets / item_baskets."
lift = "confidence / (other_baskets / all baskets)."
expected_baskets = "Baskets with both if the two had nothing to do with each other: item_baskets x other_baskets / all baskets."
*/
{% from "_shared/baskets.sql" import baskets %}
WITH {{ baskets() }}

SELECT
    pairs.item,
    item_sums.name AS item_name,
    pairs.other,
    others.name AS other_name,
    pairs.baskets,
    item_sums.baskets AS item_baskets,
    others.baskets AS other_baskets,
    main.ratio(pairs.baskets, all_baskets.baskets) AS support,
    main.ratio(pairs.baskets, item_sums.baskets) AS confidence,
    main.ratio(
        CAST(pairs.baskets AS DOUBLE) * all_baskets.baskets, CAST(item_sums.baskets AS DOUBLE) * others.baskets
    ) AS lift,
    main.ratio(CAST(item_sums.baskets AS DOUBLE) * others.baskets, all_baskets.baskets) AS expected_baskets
FROM pairs
CROSS JOIN all_baskets
INNER JOIN item_sums ON item_sums.item = pairs.item
INNER JOIN item_sums AS others ON others.item = pairs.other
ORDER BY lift DESC, pairs.baskets DESC, pairs.item, pairs.other
