/*
doc   = "How far a feature, or the score, had moved from training at a moment, as martlet model drift found it. Rows of earlier moments stay until the model is fitted again."
grain = ["model", "as_of", "feature"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
as_of = "The moment of asking."
feature = "Column of the features, or (score)."
psi = "Population stability index over the bins of model.reference."
band = "stable below 0.1, moved below 0.25, another from there on."
*/
CREATE TABLE model.drift (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    as_of TIMESTAMP NOT NULL,
    feature VARCHAR NOT NULL,
    psi DOUBLE NOT NULL,
    band VARCHAR NOT NULL,
    PRIMARY KEY (model, as_of, feature)
)
