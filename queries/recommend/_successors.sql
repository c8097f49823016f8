/*
[params]
lately_days = { type = "int", min = 1, max = 3650, default = 90, doc = "A buyer of the last so many days counts tenfold in what sells best." }
rest_days = { type = "float", min = 0, max = 3650, default = 30, doc = "What a customer has bought is not recommended again for so many days, or for half the usual time between two purchases of its subcategory, if that is shorter." }
*/
{#
What follows each product among the purchases of a customer (successors, in millionths of a millionth by source): the shares of one product sum to 1 at most. A part is the same product again, as often as its subcategory is;
of the rest, what its buyers have besides takes its share (item), and what is in doubt goes to the best sellers of its category, of its brand and of all. Product 0 is that of who has bought nothing.
From bought, item_sums, pairs and shelf. With cosine, a source of that name has the plain cosine besides, to be compared. Of neighbours the first 20 are kept, of best sellers 10, so that no customer is held against all products.
#}
{% macro successors(cosine=false) %}
-- Purchases after a customer's first order, and how many of them are of what the customer had already.
subcategory_sums AS (
    SELECT
        product.subcategory,
        CAST(sum(begun.orders - 1) AS DOUBLE) AS repeats,
        CAST(sum(begun.orders - CASE WHEN begun.first_at = begun.begins_at THEN 1 ELSE 0 END) AS DOUBLE) AS later,
        count(CASE WHEN begun.orders > 1 THEN 1 END) AS repeated,
        median(CASE WHEN begun.orders > 1 THEN main.elapsed_days(begun.first_at, begun.last_at) / (begun.orders - 1) END) AS gap_days
    FROM (SELECT bought.*, min(first_at) OVER (PARTITION BY basket_id) AS begins_at FROM bought) AS begun
    INNER JOIN star.dim_product AS product ON product.product_key = begun.product_key
    GROUP BY product.subcategory
),

repeat_rates AS (
    SELECT
        subcategory,
        coalesce((repeats + $shrink * main.ratio(sum(repeats) OVER (), sum(later) OVER ())) / nullif(later + $shrink, 0), 0) AS again,
        -- Less than five say little of a rhythm.
        CASE WHEN repeated >= 5 THEN gap_days END AS cycle_days
    FROM subcategory_sums
),

items AS (
    SELECT
        item_sums.product_key,
        item_sums.baskets,
        item_sums.beside,
        product.category,
        product.brand,
        repeat_rates.again,
        repeat_rates.cycle_days,
        1 - repeat_rates.again AS else_share,
        (1 - repeat_rates.again) * CASE WHEN item_sums.beside + $shrink > 0 THEN $shrink / (item_sums.beside + $shrink) ELSE 1 END AS doubt_share
    FROM item_sums
    INNER JOIN star.dim_product AS product ON product.product_key = item_sums.product_key
    INNER JOIN repeat_rates ON repeat_rates.subcategory = product.subcategory
),

neighbours AS (
    SELECT
        pairs.product_key,
        pairs.other_key,
        pairs.together / sqrt(CAST(items.baskets AS DOUBLE) * others.baskets) AS cosine,
        items.else_share * pairs.together / (items.beside + $shrink) AS share,
        row_number() OVER (PARTITION BY pairs.product_key ORDER BY pairs.together DESC, others.baskets, pairs.other_key) AS place
    FROM pairs
    INNER JOIN items ON items.product_key = pairs.product_key
    INNER JOIN item_sums AS others ON others.product_key = pairs.other_key
    INNER JOIN shelf ON shelf.product_key = pairs.other_key
),

sellers AS (
    SELECT
        shelf.product_key,
        kinds.source,
        CASE kinds.source WHEN 'category' THEN shelf.category WHEN 'brand' THEN shelf.brand WHEN 'again' THEN CAST(shelf.product_key AS VARCHAR) ELSE 'all' END AS word,
        sold.popularity
    FROM shelf
    INNER JOIN (
        SELECT bought.product_key, count(*) + 9 * count(CASE WHEN bought.last_at >= today.until_at - to_days(CAST($lately_days AS INTEGER)) THEN 1 END) AS popularity
        FROM bought
        CROSS JOIN today
        GROUP BY bought.product_key
    ) AS sold ON sold.product_key = shelf.product_key
    CROSS JOIN (VALUES ('category'), ('brand'), ('popular'), ('again')) AS kinds (source)
),

best_sellers AS (
    SELECT
        product_key,
        source,
        word,
        row_number() OVER (PARTITION BY source, word ORDER BY popularity DESC, product_key) AS place,
        popularity / CAST(sum(popularity) OVER (PARTITION BY source, word) AS DOUBLE) AS share
    FROM sellers
),

-- The share of a category or brand that is not known goes to the best sellers of all.
leads AS (
    SELECT
        product_key,
        CASE WHEN word IS NULL THEN 'popular' ELSE source END AS source,
        coalesce(word, 'all') AS word,
        CASE source WHEN 'again' THEN again ELSE weight * doubt_share END AS share,
        CASE source WHEN 'again' THEN cycle_days END AS cycle_days,
        10 AS most
    FROM (
        SELECT
            items.*,
            kinds.source,
            kinds.weight,
            CASE kinds.source WHEN 'category' THEN main.known(items.category) WHEN 'brand' THEN main.known(items.brand) WHEN 'again' THEN CAST(items.product_key AS VARCHAR) END AS word
        FROM items
        CROSS JOIN (VALUES ('category', 0.4e0), ('brand', 0.4e0), ('popular', 0.2e0), ('again', 1e0)) AS kinds (source, weight)
    ) AS worded
    UNION ALL
    SELECT 0, 'popular', 'all', 1e0, NULL, 100
),

shares AS (
    SELECT product_key, other_key, 'item' AS source, share, CAST(NULL AS DOUBLE) AS cycle_days
    FROM neighbours
    WHERE place <= 20
    {% if cosine %}
    UNION ALL
    SELECT product_key, other_key, 'cosine', cosine, NULL
    FROM (
        SELECT neighbours.*, row_number() OVER (PARTITION BY product_key ORDER BY round(cosine, 12) DESC, other_key) AS cosine_place
        FROM neighbours
    ) AS most_alike
    WHERE cosine_place <= 20
    {% endif %}
    UNION ALL
    SELECT leads.product_key, best_sellers.product_key, leads.source, leads.share * best_sellers.share, leads.cycle_days
    FROM leads
    INNER JOIN best_sellers ON best_sellers.source = leads.source AND best_sellers.word = leads.word
    WHERE best_sellers.place <= leads.most
),

-- Whole numbers, whose sums are exact in any order.
successors AS MATERIALIZED (
    SELECT
        product_key,
        other_key,
        max(cycle_days) AS cycle_days,
        {{ sum_of("item") }},
        {{ sum_of("category") }},
        {{ sum_of("brand") }},
        {{ sum_of("popular") }},
        {% if cosine %}
        {{ sum_of("cosine") }},
        {% endif %}
        -- Of the same product alone.
        max(CASE WHEN source = 'again' THEN CAST(round(share * 1e12) AS BIGINT) END) AS again_share
    FROM shares
    GROUP BY product_key, other_key
)
{%- endmacro %}
{# The share of a source in millionths of a millionth. #}
{% macro sum_of(source) -%}
CAST(sum(CASE WHEN source = '{{ source }}' THEN CAST(round(share * 1e12) AS BIGINT) ELSE 0 END) AS BIGINT) AS {{ source }}_share
{%- endmacro %}
