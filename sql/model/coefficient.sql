/*
doc   = "A term of a linear model: coefficient x (value - centre) / spread, summed over the terms, is the log odds, or the amount. The value is that of the feature, fill where it is not known; of an indicator, 1 where it is not known, else 0; of a word, 1 where the feature is that word, else 0."
grain = ["model", "position"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
position = "Number of the term, from 1; 0 is the constant, whose feature is (constant)."
feature = "Column of the features."
level = "The word that is asked for. NULL for numbers."
is_missing = "Whether it is an indicator of what is not known."
fill = "Stands for what is not known."
centre = "Mean of the training rows."
spread = "Standard deviation of the training rows."
coefficient = "Weight of a standard deviation."
*/
CREATE TABLE model.coefficient (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    position INTEGER NOT NULL,
    feature VARCHAR NOT NULL,
    level VARCHAR,
    is_missing BOOLEAN NOT NULL,
    fill DOUBLE NOT NULL,
    centre DOUBLE NOT NULL,
    spread DOUBLE NOT NULL,
    coefficient DOUBLE NOT NULL,
    PRIMARY KEY (model, position)
)
