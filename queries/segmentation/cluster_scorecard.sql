/*
question = "Do the clusters find the kinds of customers that were planted?"
doc = """
The clusters of a fit beside the personas that the generator planted (truth.customer), which only a synthetic warehouse knows: how many customers of each cluster are of each persona, and over all of them the \
adjusted Rand index (Hubert and Arabie 1985): 1 where the clusters are the personas, 0 on average where they have nothing to do with each other. Empty truth or no fit: no rows."""
misleads = "Personas are planted in age, family, income and tastes, not in how often customers buy: clusters by recency, frequency and money are near 0 here, and may be right for all that. Fit by income, age_years, children, avg_order_value and share:* to look for personas."
grain = ["cluster", "persona"]
headline = ["cluster", "name", "persona", "customers", "lift", "adjusted_rand"]
needs = ["star.dim_customer", "model.centroid", "truth.customer"]

[chart]
kind = "heat"
x = "name"
y = "persona"
series = "lift"

[finding]
text = "The clusters and the planted personas agree to {adjusted_rand:number} (1 is the same, 0 is chance)."
sql = "SELECT adjusted_rand FROM answer WHERE adjusted_rand >= 0.05 LIMIT 1"

[columns]
cluster = "Number of the cluster."
name = "What sets it apart, in words."
persona = "Persona that was planted."
customers = "Number of customers of both."
cluster_share = "Their share of the cluster's customers who have a persona."
lift = "That share against the persona's among all customers in the comparison: 1 is the same."
adjusted_rand = "Adjusted Rand index of clusters and personas, the same in each row. NULL where there is one of each."
*/
{% from "segmentation/_assigned.sql" import assigned %}
WITH {{ assigned() }},

pairs AS (
    SELECT assigned.cluster, planted.persona, count(*) AS customers
    FROM assigned
    INNER JOIN truth.customer AS planted ON planted.customer_key = assigned.customer_key
    WHERE assigned.cluster IS NOT NULL AND planted.persona IS NOT NULL
    GROUP BY assigned.cluster, planted.persona
),

totals AS (
    SELECT
        pairs.*,
        CAST(sum(customers) OVER (PARTITION BY cluster) AS DOUBLE) AS in_cluster,
        CAST(sum(customers) OVER (PARTITION BY persona) AS DOUBLE) AS in_persona,
        CAST(sum(customers) OVER () AS DOUBLE) AS in_all,
        row_number() OVER (PARTITION BY cluster ORDER BY persona) = 1 AS is_first_of_cluster,
        row_number() OVER (PARTITION BY persona ORDER BY cluster) = 1 AS is_first_of_persona
    FROM pairs
),

-- Pairs of customers who are together in both, in a cluster, in a persona.
pair_counts AS (
    SELECT
        totals.*,
        sum(customers * (customers - 1) / 2) OVER () AS together,
        sum(CASE WHEN is_first_of_cluster THEN in_cluster * (in_cluster - 1) / 2 ELSE 0 END) OVER () AS by_cluster,
        sum(CASE WHEN is_first_of_persona THEN in_persona * (in_persona - 1) / 2 ELSE 0 END) OVER () AS by_persona,
        in_all * (in_all - 1) / 2 AS all_pairs
    FROM totals
)

SELECT
    pair_counts.cluster,
    cluster_names.name,
    pair_counts.persona,
    pair_counts.customers,
    pair_counts.customers / pair_counts.in_cluster AS cluster_share,
    (pair_counts.customers / pair_counts.in_cluster) / (pair_counts.in_persona / pair_counts.in_all) AS lift,
    main.ratio(
        pair_counts.together - pair_counts.by_cluster * pair_counts.by_persona / nullif(pair_counts.all_pairs, 0),
        (pair_counts.by_cluster + pair_counts.by_persona) / 2 - pair_counts.by_cluster * pair_counts.by_persona / nullif(pair_counts.all_pairs, 0)
    ) AS adjusted_rand
FROM pair_counts
INNER JOIN model.cluster AS cluster_names ON cluster_names.model = $fit || '.k_means' AND cluster_names.cluster = pair_counts.cluster
ORDER BY pair_counts.cluster, pair_counts.persona
