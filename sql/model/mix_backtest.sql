/*
doc   = "The last weeks of a marketing mix model, which a fit of the weeks before has foretold, knowing their spend."
grain = ["model", "week_start"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
week_start = "Monday of the week."
actual = "Sales as they were: orders or net revenue."
predicted = "Sales as they were foretold."
low = "Lower end of the interval of 90 % of what was foretold."
high = "Its upper end."
naive = "Sales 52 weeks before. NULL where there are none."
*/
CREATE TABLE model.mix_backtest (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    week_start DATE NOT NULL,
    actual DOUBLE NOT NULL,
    predicted DOUBLE NOT NULL,
    low DOUBLE NOT NULL,
    high DOUBLE NOT NULL,
    naive DOUBLE,
    PRIMARY KEY (model, week_start)
)
