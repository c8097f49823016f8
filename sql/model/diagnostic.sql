/*
doc   = "Checks of a fit that say when not to believe it."
grain = ["model", "diagnostic"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
diagnostic = "Name of the check."
value = "What was found. NULL where there were too few data for the check."
threshold = "The value at which the check fails."
is_passed = "Whether the value lies on the safe side of the threshold."
sentence = "What the check means."
*/
CREATE TABLE model.diagnostic (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    diagnostic VARCHAR NOT NULL,
    value DOUBLE,
    threshold DOUBLE NOT NULL,
    is_passed BOOLEAN NOT NULL,
    sentence VARCHAR NOT NULL,
    PRIMARY KEY (model, diagnostic)
)
