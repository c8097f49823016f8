/*
doc   = "A tenth of the test rows by score, and what happened to them: whether a score of 0.3 means three in ten, and how much better the best tenth is than all."
grain = ["model", "bin"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
bin = "Number of the tenth, 1 has the lowest scores."
rows = "Rows in it."
outcomes = "Of these, to how many it happened; of amounts, their sum."
score = "Mean score."
low_score = "Lowest score."
high_score = "Highest score."
rate = "outcomes / rows."
rate_low = "Lower end of its 95 % interval, by Wilson. NULL for amounts."
rate_high = "Upper end of its 95 % interval. NULL for amounts."
*/
CREATE TABLE model.calibration (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    bin INTEGER NOT NULL,
    rows BIGINT NOT NULL,
    outcomes DOUBLE NOT NULL,
    score DOUBLE NOT NULL,
    low_score DOUBLE NOT NULL,
    high_score DOUBLE NOT NULL,
    rate DOUBLE NOT NULL,
    rate_low DOUBLE,
    rate_high DOUBLE,
    PRIMARY KEY (model, bin)
)
