/*
doc   = "How a feature, or the score, was spread over the rows of training and validation, to be held against today by martlet model drift."
grain = ["model", "feature", "bin"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
feature = "Column of the features, or (score)."
bin = "Number of the bin, from 1; 0 is what is not known, or of words, all other words."
upper = "Numbers up to this, inclusive, and above the bin before. NULL for words, for bin 0 and for the last bin, which has no end."
level = "The word. NULL for numbers and for bin 0."
share = "Share of the rows."
*/
CREATE TABLE model.reference (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    feature VARCHAR NOT NULL,
    bin INTEGER NOT NULL,
    upper DOUBLE,
    level VARCHAR,
    share DOUBLE NOT NULL,
    PRIMARY KEY (model, feature, bin)
)
