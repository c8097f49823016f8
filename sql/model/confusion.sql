/*
doc   = "How often a model of subject lines took one kind of campaign for another, on the lines of its test."
grain = ["model", "actual", "foretold"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
actual = "Kind of campaign that the line is of."
foretold = "Kind that the model takes it for."
lines = "Lines of the test; 0 where none is."
*/
CREATE TABLE model.confusion (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    actual VARCHAR NOT NULL,
    foretold VARCHAR NOT NULL,
    lines INTEGER NOT NULL,
    PRIMARY KEY (model, actual, foretold)
)
