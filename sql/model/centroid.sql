/*
doc   = "Where the middle of a cluster lies, one feature a row, in standard deviations from the mean of all customers of the fit."
grain = ["model", "cluster", "position"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
cluster = "Number of the cluster."
position = "The feature's place in model.feature."
value = "The mean of the cluster's customers, on the feature's scale."
*/
CREATE TABLE model.centroid (
    model VARCHAR NOT NULL,
    cluster INTEGER NOT NULL,
    position INTEGER NOT NULL,
    value DOUBLE NOT NULL,
    PRIMARY KEY (model, cluster, position),
    FOREIGN KEY (model, cluster) REFERENCES model.cluster (model, cluster),
    FOREIGN KEY (model, position) REFERENCES model.feature (model, position)
)
