/*
doc   = "How a model treats groups of people, on the test rows: whether its scores are as right, and as well sorted, for each."
grain = ["model", "grouping", "value"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
grouping = "What the groups are made by: age_band, gender or region."
value = "The group; (unknown) where it is not known."
rows = "Test rows in it."
rate = "Share to whom it happened; of amounts, the mean."
score = "Mean score: where it differs from the rate by more than chance, the scores of the group are off."
rate_low = "Lower end of the 95 % interval of the rate, by Wilson. NULL for amounts."
rate_high = "Upper end of it. NULL for amounts."
auc = "AUC within the group. NULL where one class is missing, and for amounts."
*/
CREATE TABLE model.subgroup (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    grouping VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    rate DOUBLE NOT NULL,
    score DOUBLE NOT NULL,
    rate_low DOUBLE,
    rate_high DOUBLE,
    auc DOUBLE,
    PRIMARY KEY (model, grouping, value)
)
