/*
doc   = "What an uplift model was learnt from: the trial, whose control arm was left alone by chance, and what it told of the action as a whole. martlet model fit uplift writes it."
grain = ["model"]

[columns]
model = "Name of the fit and of the model, as in model.registry, the chosen one."
study = "The trial as it was asked for: email, a kind of campaign, or an experiment and its arm."
trial = "mails, where people were held out of mailings, or experiment."
action = "What was done to those treated, in words."
split = "How the test was parted from what was learnt from: by time, later assignments, or by customer, drawn by a hash of the identifier."
horizon_days = "Days after the assignment within which an order counts."
tested_from = "First assignment of the test, in the warehouse's zone."
left_out = "Assignments of people of whom nothing was known yet at the moment of asking, or of mailings with fewer than two people in an arm: nothing was learnt from them."
effect = "Share of people whom the action moved to buy, over the rows that the model has seen."
centre = "Mean score of these rows."
shrink = "How much of the spread of the scores the validation rows bore out at least (the lower end of a one-sided interval of 95 %), 0 to 1: expected uplift is effect + shrink * (score - centre)."
order_value = "What a buyer brings within the horizon: margin, or net revenue where costs are not known. NULL where nobody bought."
is_margin = "Whether order_value is margin."
contact_cost = "What one contact costs: the mean cost of the mails sent, 0 for an experiment."
*/
CREATE TABLE model.study (
    model VARCHAR PRIMARY KEY REFERENCES model.registry (model),
    study VARCHAR NOT NULL,
    trial VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    split VARCHAR NOT NULL,
    horizon_days INTEGER NOT NULL,
    tested_from TIMESTAMP NOT NULL,
    left_out BIGINT NOT NULL,
    effect DOUBLE NOT NULL,
    centre DOUBLE NOT NULL,
    shrink DOUBLE NOT NULL,
    order_value DOUBLE,
    is_margin BOOLEAN NOT NULL,
    contact_cost DOUBLE NOT NULL
)
