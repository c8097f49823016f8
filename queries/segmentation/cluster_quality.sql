/*
question = "How many clusters do the customers fall into, and are they real?"
doc = """
For each number of clusters that the fit tried, how well it fits, measured on a sample of the customers that does not depend on the order of rows: the elbow (inertia, and the share of \
the spread that it explains), the exact silhouette over all pairs of the sample (never the simplified one, which compares with the middles only and is larger), Davies-Bouldin, and stability: the mean adjusted \
Rand index between this partition and those that random halves of the sample give. Suggested is the number with the highest silhouette among those with a stability of 0.7 or more. Without a fit: no rows."""
misleads = "No figure proves that there are clusters. A silhouette below 0.25 means that the customers are one cloud which k-means cuts into parts; such parts can be useful, but their borders are arbitrary."
grain = ["k"]
headline = ["k", "silhouette", "stability", "davies_bouldin", "explained", "reason"]
needs = ["model.quality"]

[chart]
kind = "line"
x = "k"
y = ["silhouette", "stability"]

[finding]
text = "{k} clusters fit best: silhouette {silhouette:number}, stability {stability:number}."
sql = "SELECT k, silhouette, stability FROM answer WHERE is_suggested AND silhouette >= 0.25"

[columns]
k = "Number of clusters."
customers = "Number of customers in the sample."
inertia = "Sum of the squared distances of the sample's customers from the middle of their cluster, in standard deviations."
inertia_drop = "Share by which it is less than with one cluster fewer; the elbow is where this becomes small. NULL where that was not tried."
explained = "Share of the sample's whole spread that lies between the clusters, 0 to 1."
silhouette = "Mean silhouette, -1 to 1: how much nearer customers are to those of their own cluster than to the next one's."
davies_bouldin = "Mean over the clusters of how wide two are against how far apart, the worst pair of each; less is better."
stability = "Mean adjusted Rand index over random halves of the sample: 1 where each half gives the same clusters, 0 as by chance."
is_suggested = "Whether the figures speak for this number."
is_chosen = "Whether the fit has this number of clusters."
reason = "Why, in words."
*/
{% from "segmentation/_points.sql" import columns %}
SELECT
    k,
    quality.sample AS customers,
    inertia,
    1 - main.ratio(inertia, max(inertia) OVER (ORDER BY k RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING)) AS inertia_drop,
    explained,
    silhouette,
    davies_bouldin,
    stability,
    is_suggested,
    is_chosen,
    reason
FROM model.quality AS quality
WHERE model = $fit || '.k_means'
ORDER BY k
