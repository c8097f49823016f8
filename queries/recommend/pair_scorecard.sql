/*
question = "Do measures of what is bought together find the pairs that were planted?"
doc = """
Pairs of products that really go together in baskets (truth.product_affinity, which only a synthetic warehouse knows), beside what the measures of recommend/also_bought say of all pairs that at least one basket holds: how many of the planted ones stand among as many first ones, and auc, the chance that a planted pair is placed before another one. \
buyers, how many would have both by chance, is what popularity alone would say. Without planted truth, as in your own data, there is no row."""
misleads = "Pairs that no basket holds can't be found by any measure: met_pairs says how many of the planted could. By level customers tastes come in, which put many pairs together that were not planted; they are no mistake for recommending."
grain = ["measure"]
headline = ["measure", "planted_pairs", "met_pairs", "found", "found_share", "auc"]
needs = ["star.fact_order_line", "truth.product_affinity"]

[params]
level = { type = "choice", of = ["customers", "orders"], default = "orders", doc = "What holds two products together: an order, or a customer at any time." }

[columns]
measure = "Measure of recommend/also_bought: log-likelihood ratio, score, lift or co-buyers; or buyers, popularity alone."
pairs = "Pairs of products that at least one basket holds."
planted_pairs = "Pairs that were planted."
met_pairs = "Of these, pairs that at least one basket holds."
found = "Planted pairs among the first planted_pairs by the measure."
found_share = "found / planted_pairs."
found_low = "Lower end of its 95 % interval (Wilson)."
found_high = "Upper end."
planted_share = "met_pairs / pairs: what chance would find."
auc = "Chance that a planted pair is placed before another one, ties by half, of pairs that a basket holds; 0.5 is chance."

[chart]
kind = "bar"
x = "measure"
y = "found_share"

[finding]
text = "{found:count} of the {planted:count} planted pairs stand among the first by {measure}, {popular:count} by the number of buyers alone."
sql = """
SELECT best.found, best.planted_pairs AS planted, best.measure, popular.found AS popular
FROM answer AS best
INNER JOIN answer AS popular ON popular.measure = 'buyers'
WHERE best.found > popular.found
ORDER BY best.found DESC, best.measure LIMIT 1"""
*/
{% from "recommend/_today.sql" import today %}
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_pairs.sql" import pairs %}
{% from "recommend/_likeness.sql" import likeness %}
WITH {{ today() }},

{{ bought("CASE $level WHEN 'orders' THEN line.order_id ELSE CAST(line.customer_key AS BIGINT) END", "($level = 'orders' OR line.customer_key <> 0)") }},

{{ pairs() }},

{{ likeness() }},

-- Each pair once.
judged AS (
    SELECT
        measures.measure,
        likeness.product_key,
        likeness.other_key,
        CASE measures.measure
            WHEN 'log-likelihood ratio' THEN round(likeness.log_likelihood_ratio, 6)
            WHEN 'lift' THEN round(likeness.lift, 9)
            WHEN 'score' THEN round(likeness.cosine, 9)
            WHEN 'co-buyers' THEN likeness.together
            ELSE likeness.expected
        END AS worth,
        CASE WHEN affinity.product_key IS NULL THEN 0 ELSE 1 END AS is_planted
    FROM likeness
    CROSS JOIN (VALUES ('log-likelihood ratio'), ('lift'), ('score'), ('co-buyers'), ('buyers')) AS measures (measure)
    LEFT JOIN truth.product_affinity AS affinity ON affinity.product_key = likeness.product_key AND affinity.other_product_key = likeness.other_key
    WHERE likeness.product_key < likeness.other_key
),

ranked AS (
    SELECT
        judged.*,
        row_number() OVER (PARTITION BY measure ORDER BY worth DESC, product_key, other_key) AS place,
        -- The mean place of those who are equal, from below.
        rank() OVER (PARTITION BY measure ORDER BY worth) + (count(*) OVER (PARTITION BY measure, worth) - 1) / 2e0 AS mean_place
    FROM judged
),

planted AS (
    SELECT count(*) AS pairs
    FROM truth.product_affinity
),

pair_sums AS (
    SELECT
        ranked.measure,
        count(*) AS pairs,
        planted.pairs AS planted_pairs,
        sum(is_planted) AS met_pairs,
        sum(CASE WHEN place <= planted.pairs THEN is_planted ELSE 0 END) AS found,
        sum(CASE WHEN is_planted = 1 THEN mean_place END) AS planted_places
    FROM ranked
    CROSS JOIN planted
    WHERE planted.pairs > 0
    GROUP BY ranked.measure, planted.pairs
),

shares AS (
    SELECT pair_sums.*, main.ratio(found, planted_pairs) AS found_share
    FROM pair_sums
)

SELECT
    measure,
    pairs,
    planted_pairs,
    CAST(met_pairs AS BIGINT) AS met_pairs,
    CAST(found AS BIGINT) AS found,
    found_share,
    stats.wilson_low(found_share, planted_pairs, stats.z_95()) AS found_low,
    stats.wilson_high(found_share, planted_pairs, stats.z_95()) AS found_high,
    main.ratio(met_pairs, pairs) AS planted_share,
    -- Mann and Whitney: the places of the planted, less the least that they can be.
    main.ratio(planted_places - CAST(met_pairs AS DOUBLE) * (met_pairs + 1) / 2, CAST(met_pairs AS DOUBLE) * (pairs - met_pairs)) AS auc
FROM shares
ORDER BY measure
