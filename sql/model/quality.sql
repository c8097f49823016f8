/*
doc   = "How well each number of clusters fits, measured on a sample of the customers that does not depend on the order of rows."
grain = ["model", "k"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
k = "Number of clusters."
sample = "Number of customers on whom the figures of the row were measured."
inertia = "Sum of the squared distances of the sample's customers from the middle of their cluster."
explained = "Share of the sample's whole spread that lies between the clusters, 0 to 1."
silhouette = "Mean silhouette (Rousseeuw 1987), exact, over all pairs of the sample."
davies_bouldin = "Index of Davies and Bouldin (1979)."
stability = "Mean adjusted Rand index between this partition and those that halves of the sample give."
is_suggested = "Whether the figures speak for this number."
is_chosen = "Whether the fit has this number of clusters."
reason = "Why this number was suggested or chosen, or not."
*/
CREATE TABLE model.quality (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    k INTEGER NOT NULL,
    sample INTEGER NOT NULL,
    inertia DOUBLE NOT NULL,
    explained DOUBLE NOT NULL,
    silhouette DOUBLE NOT NULL,
    davies_bouldin DOUBLE NOT NULL,
    stability DOUBLE NOT NULL,
    is_suggested BOOLEAN NOT NULL,
    is_chosen BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (model, k)
)
