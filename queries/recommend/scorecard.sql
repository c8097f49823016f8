/*
question = "How good are the recommendations, beside simple lists?"
doc = """
Lists made of what was known before test_from, held against what the same customers bought from then on. recommend/for_customer beside its parts and simpler lists: item to item alone; item cosine, the plain cosine of what is bought by the same customers (Sarwar et al. 2001); the best sellers of all, \
of the customer's own categories, of their own brands; and what they bought before, once more. Of list_length products: precision is the share that was bought; recall the share of what was bought that the list holds; mean average precision and NDCG (Järvelin and Kekäläinen 2002) reward hits near the top, \
where 1 is a list that begins with all that was bought. Intervals are 95 %, normal over customers; ndcg_lead is the difference from the best sellers for the same customers, so that chance common to both falls out. Nothing from test_from on is seen by any list. What has a list for nobody, as the repeat purchases of new customers, is left out."""
misleads = """
A hit is a product that was bought without the list having been shown: what lists bring about is in recommend/lists. What was launched after test_from can't be hit, and counts as missed. The best sellers are those of lately; over a longer time they may be stronger (-p lately_days=3650). Precision is low everywhere, for most customers buy a product or two: compare rows, not with other shops. \
Settings that are chosen by this very table look better than they are."""
grain = ["recommender"]
headline = ["recommender", "precision_rate", "recall_rate", "ndcg", "ndcg_lead", "lead_low", "lead_high", "coverage"]
needs = ["star.fact_order_line"]

[columns]
recommender = "How the list is made: for_customer; item to item; item cosine; popular; popular in own categories; popular of own brands; own again."
test_from = "The moment that parts the time."
customers = "Customers who are tried."
listed = "Of these, customers for whom there was a list."
precision_rate = "Products hit / list_length, mean over customers; a short list counts as long."
precision_low = "Lower end of its interval, rough below 30 customers. NULL for a single one."
precision_high = "Upper end."
recall_rate = "Products hit / products bought, mean over customers."
recall_low = "Lower end of its interval."
recall_high = "Upper end."
mean_average_precision = "Mean over customers of the average precision: the precision down to each hit, summed, divided by the hits that there could be."
ndcg = "Hits discounted by the logarithm of their place, against the best list there could be, mean over customers."
ndcg_low = "Lower end of its interval."
ndcg_high = "Upper end."
ndcg_lead = "ndcg less that of popular, for the same customers."
lead_low = "Lower end of its interval: above 0, the list is better than best sellers by more than chance."
lead_high = "Upper end."
coverage = "Different products in all the lists / products that could be recommended."
mean_popularity = "Mean over what is recommended of the share of buyers who have it: near that of popular, all are shown the same few."

[chart]
kind = "interval"
x = "recommender"
y = "ndcg"
low = "ndcg_low"
high = "ndcg_high"

[finding]
text = "{recommender} {verdict}: NDCG {ndcg:number} against {popular:number}, {customers:count} customers."
sql = """
SELECT
    recommender,
    CASE WHEN lead_low > 0 THEN 'is better than the best sellers' ELSE 'is not better than the best sellers by more than chance' END AS verdict,
    ndcg,
    ndcg - ndcg_lead AS popular,
    customers
FROM answer
WHERE recommender <> 'popular' AND lead_low IS NOT NULL
ORDER BY coalesce(lead_low > 0, false) DESC, ndcg DESC, recommender LIMIT 1"""
*/
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_pairs.sql" import pairs %}
{% from "recommend/_shelf.sql" import shelf %}
{% from "recommend/_successors.sql" import successors %}
{% from "recommend/_votes.sql" import votes %}
{% from "recommend/_tried.sql" import lists, recommenders, today, tried %}
{# The mean of a column in billionths over the customers, and the half of its 95 % interval. #}
{% macro mean(column) -%}
main.ratio(sum({{ column }}), count(*)) / 1e9
{%- endmacro %}
{% macro reach(column) -%}
stats.z_95() * sqrt(main.ratio(
            count(*) * sum({{ column }} * {{ column }}) - sum({{ column }}) * sum({{ column }}), CAST(count(*) AS DOUBLE) * count(*) * (count(*) - 1)
        )) / 1e9
{%- endmacro %}
{# A mean with the ends of its interval, which stay between 0 and 1. #}
{% macro with_ends(rate, name) -%}
means.{{ rate }},
    CASE WHEN means.{{ name }}_reach IS NOT NULL THEN greatest(means.{{ rate }} - means.{{ name }}_reach, 0) END AS {{ name }}_low,
    CASE WHEN means.{{ name }}_reach IS NOT NULL THEN least(means.{{ rate }} + means.{{ name }}_reach, 1) END AS {{ name }}_high
{%- endmacro %}
{# A share in billionths, whose sums are exact. #}
{% macro billionths(share) -%}
CAST(round(coalesce({{ share }}, 0) * 1e9) AS BIGINT)
{%- endmacro %}
WITH {{ today() }},

{{ bought("CAST(line.customer_key AS BIGINT)", "line.customer_key <> 0") }},

{{ pairs() }},

{{ shelf("true") }},

{{ successors(cosine=true) }},

{{ tried() }},

{{ votes(cosine=true) }},

{{ lists() }},

gains AS (
    SELECT places.place, 1 / log2(places.place + 1) AS gain, sum(1 / log2(places.place + 1)) OVER (ORDER BY places.place) AS best_gain
    FROM (SELECT unnest(generate_series(1, 10)) AS place) AS places
),

-- Each list, and beside it the best sellers for the same customer.
shown AS (
    SELECT
        recommenders.recommender,
        lists.customer_key,
        lists.place,
        recommenders.recommender = lists.recommender AS is_own,
        lists.recommender = 'popular' AS is_popular,
        item_sums.baskets,
        CASE WHEN row_number() OVER (PARTITION BY recommenders.recommender, lists.recommender, lists.product_key ORDER BY lists.customer_key) = 1 THEN 1 ELSE 0 END AS is_first,
        CASE WHEN wanted.product_key IS NULL THEN 0 ELSE 1 END AS is_hit,
        sum(CASE WHEN wanted.product_key IS NULL THEN 0 ELSE 1 END) OVER (PARTITION BY recommenders.recommender, lists.recommender, lists.customer_key ORDER BY lists.place) AS hits_so_far
    FROM lists
    INNER JOIN (VALUES {{ recommenders() }}) AS recommenders (recommender) ON recommenders.recommender = lists.recommender OR lists.recommender = 'popular'
    LEFT JOIN wanted ON wanted.customer_key = lists.customer_key AND wanted.product_key = lists.product_key
    LEFT JOIN item_sums ON item_sums.product_key = lists.product_key
),

list_sums AS (
    SELECT
        shown.recommender,
        shown.customer_key,
        count(CASE WHEN shown.is_own THEN 1 END) AS products,
        sum(CASE WHEN shown.is_own THEN shown.is_first ELSE 0 END) AS firsts,
        sum(CASE WHEN shown.is_own THEN shown.baskets ELSE 0 END) AS baskets,
        CAST(sum(CASE WHEN shown.is_own THEN shown.is_hit ELSE 0 END) AS DOUBLE) AS hits,
        sum(CASE WHEN shown.is_own AND shown.is_hit = 1 THEN {{ billionths("CAST(shown.hits_so_far AS DOUBLE) / shown.place") }} ELSE 0 END) / 1e9 AS precisions,
        sum(CASE WHEN shown.is_own AND shown.is_hit = 1 THEN {{ billionths("gains.gain") }} ELSE 0 END) / 1e9 AS gain,
        sum(CASE WHEN shown.is_popular AND shown.is_hit = 1 THEN {{ billionths("gains.gain") }} ELSE 0 END) / 1e9 AS popular_gain
    FROM shown
    INNER JOIN gains ON gains.place = shown.place
    GROUP BY shown.recommender, shown.customer_key
),

-- Who has no list counts with nothing hit.
measures AS (
    SELECT
        recommenders.recommender,
        list_sums.products,
        list_sums.firsts,
        list_sums.baskets,
        {{ billionths("list_sums.hits / $list_length") }} AS precision_rate,
        {{ billionths("list_sums.hits / asked.wanted") }} AS recall_rate,
        {{ billionths("list_sums.precisions / least(asked.wanted, $list_length)") }} AS average_precision,
        {{ billionths("list_sums.gain / gains.best_gain") }} AS ndcg,
        {{ billionths("(list_sums.gain - list_sums.popular_gain) / gains.best_gain") }} AS lead
    FROM asked
    CROSS JOIN (VALUES {{ recommenders() }}) AS recommenders (recommender)
    INNER JOIN gains ON gains.place = least(asked.wanted, $list_length)
    LEFT JOIN list_sums ON list_sums.recommender = recommenders.recommender AND list_sums.customer_key = asked.customer_key
),

means AS (
    SELECT
        recommender,
        count(*) AS customers,
        count(CASE WHEN products > 0 THEN 1 END) AS listed,
        coalesce(sum(firsts), 0) AS different_products,
        main.ratio(sum(baskets), sum(products)) AS mean_baskets,
        {{ mean("precision_rate") }} AS precision_rate,
        {{ reach("precision_rate") }} AS precision_reach,
        {{ mean("recall_rate") }} AS recall_rate,
        {{ reach("recall_rate") }} AS recall_reach,
        {{ mean("average_precision") }} AS mean_average_precision,
        {{ mean("ndcg") }} AS ndcg,
        {{ reach("ndcg") }} AS ndcg_reach,
        {{ mean("lead") }} AS ndcg_lead,
        {{ reach("lead") }} AS lead_reach
    FROM measures
    GROUP BY recommender
)

SELECT
    means.recommender,
    today.until_at AS test_from,
    means.customers,
    means.listed,
    {{ with_ends("precision_rate", "precision") }},
    {{ with_ends("recall_rate", "recall") }},
    means.mean_average_precision,
    {{ with_ends("ndcg", "ndcg") }},
    means.ndcg_lead,
    means.ndcg_lead - means.lead_reach AS lead_low,
    means.ndcg_lead + means.lead_reach AS lead_high,
    main.ratio(means.different_products, shelf_sums.products) AS coverage,
    main.ratio(means.mean_baskets, buyer_sums.buyers) AS mean_popularity
FROM means
CROSS JOIN today
CROSS JOIN (SELECT count(*) AS products FROM shelf) AS shelf_sums
CROSS JOIN (SELECT count(DISTINCT basket_id) AS buyers FROM bought) AS buyer_sums
WHERE means.listed > 0
ORDER BY means.recommender
