/*
question = "Do the recommendations find what was planted?"
doc = """
What the pack finds, held against the planted truth of a synthetic company. Planted pairs: the pairs that really are bought together, and how many of them stand among as many first ones by each measure, as recommend/pair_scorecard has it. Own style: the share of a list's products that are of the style that the customer really likes (truth.customer), for each recommender of recommend/scorecard. Caused purchases: what recommend/lists says that a list brings about, against the lines that really came of one (truth.recommendation). \
Without planted truth, as in your own data, there is no row."""
misleads = "Styles go by brand here, and pairs are planted as products of one basket: in a real shop both are weaker, and there is more that nobody planted. Found pairs are few, so their shares are rough."
grain = ["subject", "method"]
headline = ["subject", "method", "estimate", "estimate_low", "estimate_high", "by_chance", "planted"]
needs = ["star.fact_order_line", "truth.product_affinity"]

[columns]
subject = "planted pairs, own style, or caused purchases."
method = "Measure of the pairs; recommender of the lists; or algorithm of the lists that were shown."
cases = "Planted pairs; products in lists; or lists shown."
estimate = "Share of the planted pairs that is found; share of own style; or purchases that a list brings about, as estimated."
estimate_low = "Lower end of its 95 % interval: Wilson's, as in recommend/lists for caused purchases."
estimate_high = "Upper end."
by_chance = "What chance would give: the share of planted pairs among all that met; the style's share of what could be recommended; 0."
planted = "What the truth is: 1 of the pairs; the share of own style in what these customers then bought; or purchases that a list really brought about."

[chart]
kind = "interval"
x = "method"
y = "estimate"
low = "estimate_low"
high = "estimate_high"
series = "subject"

[finding]
text = "{found:percent} of the planted pairs stand among the first by {method}, {popular:percent} by the number of buyers alone."
sql = """
SELECT best.estimate AS found, best.method, popular.estimate AS popular
FROM answer AS best
INNER JOIN answer AS popular ON popular.subject = 'planted pairs' AND popular.method = 'buyers'
WHERE best.subject = 'planted pairs' AND best.estimate > popular.estimate
ORDER BY best.estimate DESC, best.method LIMIT 1"""
*/
{% from "recommend/_bought.sql" import bought %}
{% from "recommend/_pairs.sql" import pairs %}
{% from "recommend/_shelf.sql" import shelf %}
{% from "recommend/_successors.sql" import successors %}
{% from "recommend/_votes.sql" import votes %}
{% from "recommend/_tried.sql" import lists, today, tried %}
WITH {{ today() }},

{{ bought("CAST(line.customer_key AS BIGINT)", "line.customer_key <> 0") }},

{{ pairs() }},

{{ shelf("true") }},

{{ successors(cosine=true) }},

{{ tried() }},

{{ votes(cosine=true) }},

{{ lists() }},

shelf_styles AS (
    SELECT style.style, main.ratio(count(*), sum(count(*)) OVER ()) AS share
    FROM shelf
    INNER JOIN truth.product AS style ON style.product_key = shelf.product_key
    GROUP BY style.style
),

-- What the customers who are tried then bought is a list as well.
styled AS (
    SELECT
        shown.recommender,
        CASE WHEN product.style = customer.style THEN 1 ELSE 0 END AS is_own,
        shelf_styles.share
    FROM (
        SELECT recommender, customer_key, product_key FROM lists
        UNION ALL
        SELECT NULL, customer_key, product_key FROM wanted
    ) AS shown
    INNER JOIN truth.customer AS customer ON customer.customer_key = shown.customer_key
    INNER JOIN truth.product AS product ON product.product_key = shown.product_key
    LEFT JOIN shelf_styles ON shelf_styles.style = customer.style
),

style_sums AS (
    SELECT
        recommender,
        count(*) AS cases,
        main.ratio(sum(is_own), count(*)) AS estimate,
        main.ratio(sum(main.fixed_point(share)), count(*)) AS by_chance
    FROM styled
    GROUP BY recommender
),

style_scores AS (
    SELECT style_sums.*, max(CASE WHEN recommender IS NULL THEN estimate END) OVER () AS planted
    FROM style_sums
),

caused AS (
    SELECT coalesce(listed.algorithm, '(unknown)') AS algorithm, count(*) AS lines
    FROM truth.recommendation AS planted
    INNER JOIN star.fact_recommendation AS listed ON listed.recommendation_id = planted.recommendation_id
    GROUP BY 1
)

SELECT
    'planted pairs' AS subject,
    measure AS method,
    planted_pairs AS cases,
    found_share AS estimate,
    found_low AS estimate_low,
    found_high AS estimate_high,
    planted_share AS by_chance,
    1e0 AS planted
FROM recommend.pair_scorecard
UNION ALL
SELECT
    'own style',
    recommender,
    cases,
    estimate,
    stats.wilson_low(estimate, cases, stats.z_95()),
    stats.wilson_high(estimate, cases, stats.z_95()),
    by_chance,
    planted
FROM style_scores
WHERE recommender IS NOT NULL
UNION ALL
SELECT
    'caused purchases',
    shown.algorithm,
    shown.shown,
    shown.caused_share,
    shown.caused_low,
    shown.caused_high,
    0e0,
    main.ratio(coalesce(caused.lines, 0), shown.shown)
FROM recommend.lists AS shown
LEFT JOIN caused ON caused.algorithm = shown.algorithm
WHERE shown.position = 0
ORDER BY subject, method
