/*
question = "Which cluster does each customer belong to, and how clearly?"
doc = """
The nearest cluster of each customer who has bought, among those that martlet model fit segments found by k-means and keeps in the file: nothing is fitted here, so customers \
who are new since the fit have a cluster too. Their features, from mart.customer_profile, are put on the scales of the fit (model.feature); who lacks a value stands at the median of those who \
have one. margin says how clearly they belong: 1 in the middle of the cluster, 0 half way to the next. Without a fit the columns that need it are NULL, and fit_status says what to do."""
misleads = "k-means makes clusters of any cloud, also of one that has none: look at cluster_quality before you believe in them. Customers with a margin near 0 could as well be in the other cluster."
grain = ["customer_key"]
headline = ["customer_id", "cluster", "name", "margin", "second_cluster"]
needs = ["star.dim_customer"]

[chart]
kind = "scatter"
x = "distance"
y = "margin"
series = "name"

[finding]
text = "{unclear:count} of {customers:count} customers ({share:percent}) stand near the border of another cluster, with a margin below 0.1."
sql = "SELECT count(*) FILTER (WHERE margin < 0.1) AS unclear, count(*) AS customers, count(*) FILTER (WHERE margin < 0.1) / count(*) AS share FROM answer WHERE cluster IS NOT NULL HAVING count(*) > 0"

[columns]
customer_key = "Customer."
customer_id = "The customer's identifier in the source."
cluster = "Number of the nearest cluster; a fit of the same name keeps it. NULL without a fit."
name = "What sets the cluster apart, in words."
distance = "Distance from the middle of the cluster, over all features, each in standard deviations."
second_cluster = "Number of the next cluster."
second_name = "What sets that one apart."
second_distance = "Distance from its middle."
margin = "1 - distance / second_distance, 0 to 1."
fit_status = "fitted; stale, when data were loaded after the fit; or why there are no clusters and what to do."
*/
{% from "segmentation/_assigned.sql" import assigned, fit_state %}
WITH {{ assigned() }},

{{ fit_state() }},

cluster_names AS (
    SELECT cluster, name
    FROM model.cluster
    WHERE model = $fit || '.k_means'
)

SELECT
    assigned.customer_key,
    assigned.customer_id,
    assigned.cluster,
    own.name,
    assigned.distance,
    assigned.second_cluster,
    other.name AS second_name,
    assigned.second_distance,
    1 - main.ratio(assigned.distance, assigned.second_distance) AS margin,
    fit_state.fit_status
FROM assigned
CROSS JOIN fit_state
LEFT JOIN cluster_names AS own ON own.cluster = assigned.cluster
LEFT JOIN cluster_names AS other ON other.cluster = assigned.second_cluster
ORDER BY assigned.cluster NULLS LAST, assigned.distance, assigned.customer_key
