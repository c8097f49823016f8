/*
question = "How does each cluster differ from all customers?"
doc = """
Each cluster beside all customers who have bought, feature by feature: the means, and the index number, 100 being the mean of all. Features are all that a fit can take, whether this one did \
(is_used) or not; share:CATEGORY is the share of the category in what the customers of the cluster spent together. Customers of whom a value is not known are left out of its means. Without a \
fit: no rows."""
misleads = "Features that the fit did not use differ too, because they go with those that it did. An index number of a small cluster, or of a value that few have, strays by chance."
grain = ["cluster", "feature"]
headline = ["cluster", "name", "feature", "mean", "index"]
needs = ["star.dim_customer", "model.centroid"]

[chart]
kind = "heat"
x = "name"
y = "feature"
series = "index"

[finding]
text = "{name} stand out by {feature}: {mean:number}, against {overall_mean:number} of all customers (index {index:count})."
sql = "SELECT name, feature, mean, overall_mean, index FROM answer WHERE is_used AND abs(index - 100) >= 10 ORDER BY abs(ln(greatest(index, 1) / 100)) DESC, cluster, feature LIMIT 1"

[columns]
cluster = "Number of the cluster."
name = "What sets it apart, in words."
feature = "Column of mart.customer_profile, or share:CATEGORY."
is_used = "Whether the fit told the clusters apart by it."
customers = "Number of customers of the cluster of whom it is known; of a share, who spent on the category."
mean = "Their mean; of a share, the share of the category in what they spent together. NULL where nobody's is known."
overall_mean = "The same over all customers who have bought."
index = "100 x mean / overall_mean. NULL where overall_mean is not above 0."
*/
{% from "segmentation/_assigned.sql" import assigned %}
{% from "segmentation/_points.sql" import columns %}
WITH {{ assigned() }},

cluster_customers AS (
    SELECT customer_key, cluster
    FROM assigned
    WHERE cluster IS NOT NULL
),

column_sums AS (
    SELECT
        cluster_customers.cluster,
        {% for column in columns %}
        count(profile.{{ column }}) AS n{{ loop.index }},
        sum(main.fixed_point(CAST(profile.{{ column }} AS DOUBLE))) AS s{{ loop.index }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM cluster_customers
    INNER JOIN mart.customer_profile AS profile ON profile.customer_key = cluster_customers.customer_key
    GROUP BY cluster_customers.cluster
),

column_rows AS (
    SELECT
        column_sums.cluster,
        listed.position,
        listed.feature,
        listed.customers,
        CAST(listed.amount AS DOUBLE) AS amount,
        CAST(listed.customers AS DOUBLE) AS base
    FROM column_sums
    CROSS JOIN LATERAL (
        VALUES
            {% for column in columns %}
            ({{ loop.index }}, '{{ column }}', column_sums.n{{ loop.index }}, column_sums.s{{ loop.index }}){{ "" if loop.last else "," }}
            {% endfor %}
    ) AS listed (position, feature, customers, amount)
),

cluster_spend AS (
    SELECT
        cluster_customers.cluster,
        latest_spend.category,
        count(DISTINCT CASE WHEN latest_spend.spend > 0 THEN latest_spend.customer_key END) AS customers,
        sum(latest_spend.spend) AS spend
    FROM latest_spend
    INNER JOIN cluster_customers ON cluster_customers.customer_key = latest_spend.customer_key
    WHERE latest_spend.is_latest
    GROUP BY cluster_customers.cluster, latest_spend.category
),

-- A category on which a cluster spent nothing is a row too.
share_rows AS (
    SELECT
        spenders.cluster,
        1000 AS position,
        'share:' || categories.category AS feature,
        coalesce(cluster_spend.customers, 0) AS customers,
        CAST(coalesce(cluster_spend.spend, 0) AS DOUBLE) AS amount,
        CAST(spenders.spend AS DOUBLE) AS base
    FROM (SELECT cluster, sum(spend) AS spend FROM cluster_spend GROUP BY cluster) AS spenders
    CROSS JOIN (SELECT DISTINCT category FROM cluster_spend) AS categories
    LEFT JOIN cluster_spend ON cluster_spend.cluster = spenders.cluster AND cluster_spend.category = categories.category
),

all_rows AS (
    SELECT * FROM column_rows
    UNION ALL
    SELECT * FROM share_rows
),

means AS (
    SELECT
        all_rows.*,
        main.ratio(amount, base) AS mean,
        main.ratio(sum(amount) OVER (PARTITION BY feature), sum(base) OVER (PARTITION BY feature)) AS overall_mean
    FROM all_rows
)

SELECT
    means.cluster,
    cluster_names.name,
    means.feature,
    used.feature IS NOT NULL AS is_used,
    means.customers,
    means.mean,
    means.overall_mean,
    CASE WHEN means.overall_mean > 0 THEN 100 * means.mean / means.overall_mean END AS index
FROM means
INNER JOIN model.cluster AS cluster_names ON cluster_names.model = $fit || '.k_means' AND cluster_names.cluster = means.cluster
LEFT JOIN model.feature AS used ON used.model = $fit || '.k_means' AND used.feature = means.feature
ORDER BY means.cluster, means.position, means.feature
