/*
doc   = "A feature by which a model of clusters tells customers apart, and how its values are put on one scale: the value (or fill, where there is none) by its scale, less centre, over spread. segmentation.clusters puts today's customers on the same scale."
grain = ["model", "position"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
position = "Place of the feature in model.centroid, from 1."
feature = "Column of mart.customer_profile, or share: and a category, the share of it in what the customer spent."
scale = "log: the logarithm of 1 + the amount, its sign kept; linear: as it is; rank: the share of customers below, by knots."
fill = "Median of the customers of whom it is known; stands for those of whom it is not."
centre = "Mean of the values on their scale."
spread = "Standard deviation of the values on their scale."
knots = "For rank: the values at each tenth of the customers, least and greatest included. NULL otherwise."
high = "What customers are called who have much of it."
low = "What customers are called who have little of it."
*/
CREATE TABLE model.feature (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    position INTEGER NOT NULL,
    feature VARCHAR NOT NULL,
    scale VARCHAR NOT NULL CHECK (scale IN ('log', 'linear', 'rank')),
    fill DOUBLE NOT NULL,
    centre DOUBLE NOT NULL,
    spread DOUBLE NOT NULL CHECK (spread > 0),
    knots DOUBLE[],
    high VARCHAR NOT NULL,
    low VARCHAR NOT NULL,
    PRIMARY KEY (model, position),
    UNIQUE (model, feature)
)
