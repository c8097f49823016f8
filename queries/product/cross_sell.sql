/*
question = "Who buys one thing: what else should be offered?"
doc = """
For each product (or subcategory, brand, category) the few others that stand in its baskets most above chance, as value/basket counts them, with what tells chance from a habit: the 95 % interval of the lift (on its logarithm, by the delta method) and the chance that two things \
which have nothing to do with each other meet in so many baskets (Poisson, which is a little too careful), adjusted by Benjamini and Hochberg for all pairs of items there are, also those that never met. Partners are ranked by the lower end of the interval, \
so that a pair which met three times by accident does not come first. For what the same people buy on any day take recommend/also_bought, and for a list by customer recommend/for_customer."""
misleads = "What is bought together anyway need not be offered: whether showing the one sells the other is for an experiment to say. Things that are only sold as a set, or that were cut in the same sale, go together too."
grain = ["item", "place"]
headline = ["item_name", "other_name", "baskets", "confidence", "lift", "lift_low", "p_adjusted"]
needs = ["star.fact_order_line"]

[params]
by = { of = ["product", "subcategory", "brand", "category"], default = "product" }
min_baskets = { default = 3 }
per_item = { type = "int", min = 1, max = 100, default = 3, doc = "Most partners of an item." }

[columns]
item = "Identifier of the product, or name of the subcategory, brand or category."
item_name = "Its name."
place = "Place of the partner among those of the item, from 1."
other = "The partner."
other_name = "Its name."
baskets = "Baskets with both."
item_baskets = "Baskets with the item."
expected_baskets = "Baskets with both if the two had nothing to do with each other."
support = "baskets / all baskets."
confidence = "baskets / item_baskets."
lift = "confidence / the partner's share of all baskets; 1 is chance."
lift_low = "Lower end of its 95 % interval."
lift_high = "Upper end."
p_value = "Chance of so many baskets or more if the two had nothing to do with each other."
p_adjusted = "The same, adjusted for all pairs of items (Benjamini and Hochberg 1995)."

[chart]
kind = "scatter"
x = "support"
y = "lift"

[finding]
text = "Who buys {item_name} also buys {other_name} in {share:percent} of the cases, {lift:number} times as often as others ({low:number} to {high:number})."
sql = """
SELECT item_name, other_name, confidence AS share, lift, lift_low AS low, lift_high AS high
FROM answer
WHERE p_adjusted < 0.05 AND lift_low > 1
ORDER BY lift_low DESC, item, other LIMIT 1"""
*/
{% from "_shared/baskets.sql" import baskets %}
WITH {{ baskets() }},

counted AS (
    SELECT
        pairs.item,
        item_sums.name AS item_name,
        pairs.other,
        others.name AS other_name,
        pairs.baskets,
        item_sums.baskets AS item_baskets,
        all_baskets.baskets AS all_baskets,
        others.baskets AS other_baskets,
        CAST(item_sums.baskets AS DOUBLE) * others.baskets / all_baskets.baskets AS expected_baskets,
        all_items.items * (all_items.items - 1) / 2e0 AS tests
    FROM pairs
    CROSS JOIN all_baskets
    CROSS JOIN (SELECT count(*) AS items FROM item_sums) AS all_items
    INNER JOIN item_sums ON item_sums.item = pairs.item
    INNER JOIN item_sums AS others ON others.item = pairs.other
),

tested AS (
    SELECT
        counted.*,
        baskets / expected_baskets AS lift,
        sqrt(greatest(
            1e0 / baskets - 1e0 / item_baskets - 1e0 / other_baskets + (2 * baskets / expected_baskets - 1) / all_baskets, 0
        )) AS log_error,
        stats.poisson_at_least(baskets, expected_baskets) AS p_value
    FROM counted
),

-- Each pair is one test, though it stands in both directions.
ordered_tests AS (
    SELECT
        tested.*,
        lift * exp(-stats.z_95() * log_error) AS lift_low,
        lift * exp(stats.z_95() * log_error) AS lift_high,
        row_number() OVER (ORDER BY p_value, least(item, other), greatest(item, other), item) AS twice_place
    FROM tested
),

adjusted AS (
    SELECT
        ordered_tests.*,
        least(min(p_value * tests / ((twice_place + 1) // 2)) OVER (ORDER BY twice_place DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) AS p_adjusted,
        row_number() OVER (PARTITION BY item ORDER BY round(lift_low, 9) DESC, baskets DESC, other) AS place
    FROM ordered_tests
)

SELECT
    item,
    item_name,
    place,
    other,
    other_name,
    baskets,
    item_baskets,
    expected_baskets,
    main.ratio(baskets, all_baskets) AS support,
    main.ratio(baskets, item_baskets) AS confidence,
    lift,
    lift_low,
    lift_high,
    p_value,
    p_adjusted
FROM adjusted
WHERE place <= $per_item
ORDER BY round(lift_low, 9) DESC, item, place
