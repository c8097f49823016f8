/*
doc   = "A cluster of customers that martlet model fit segments found. Its number is first that of its rank by revenue; a later fit of the same name gives the number to the cluster with most of the customers whom the earlier one, asked then, would put there."
grain = ["model", "cluster"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
cluster = "Number of the cluster, 1 to 12. Numbers need not be without gaps after a second fit."
name = "What sets the cluster apart, in words; no two of a fit are the same."
customers = "Number of customers in the fit."
monetary = "Money of these customers in the fit."
inertia = "Sum of the squared distances of its customers from its middle; the sum over the clusters is what the fit made least."
customers_kept = "Of these, those whom the fit of the same name before would have put into the cluster of this number. NULL where there was none."
*/
CREATE TABLE model.cluster (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    cluster INTEGER NOT NULL CHECK (cluster BETWEEN 1 AND 12),
    name VARCHAR NOT NULL,
    customers BIGINT NOT NULL,
    monetary DECIMAL(18, 2) NOT NULL,
    inertia DOUBLE NOT NULL,
    customers_kept BIGINT,
    PRIMARY KEY (model, cluster),
    UNIQUE (model, name)
)
