/*
doc   = "What the sales of each week were made of by a marketing mix model: demand, channels, and what it does not explain; they add up to the sales."
grain = ["model", "week_start", "part"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
week_start = "Monday of the week."
part = "(demand), what would have been without media; a channel; or (unexplained), the rest, which may be below 0."
sales = "Orders or net revenue."
low = "Lower end of the interval of 90 %. NULL of demand and of the rest."
high = "Its upper end."
*/
CREATE TABLE model.mix_week (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    week_start DATE NOT NULL,
    part VARCHAR NOT NULL,
    sales DOUBLE NOT NULL,
    low DOUBLE,
    high DOUBLE,
    PRIMARY KEY (model, week_start, part)
)
