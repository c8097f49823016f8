/*
doc   = "How much worse a model foretells the test rows when one feature is shuffled among them: what it leans on, which is no cause."
grain = ["model", "feature"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
place = "Place of the feature, 1 matters most."
feature = "Column of the features."
words = "What it is, in words."
loss = "AUC (of amounts, rank correlation; of uplift, the rank correlation of the scores with those of before) lost without it, the mean over three shuffles; below 0 by chance."
error = "Standard deviation over the shuffles."
direction = "Correlation of the feature with the scores: above 0, more of it goes with higher scores. NULL for words, and where it does not vary."
typical = "What most training rows have: the median, or the word that more than half have. NULL where there is none, or most are not known."
*/
CREATE TABLE model.importance (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    place INTEGER NOT NULL,
    feature VARCHAR NOT NULL,
    words VARCHAR NOT NULL,
    loss DOUBLE NOT NULL,
    error DOUBLE NOT NULL,
    direction DOUBLE,
    typical VARCHAR,
    PRIMARY KEY (model, feature)
)
