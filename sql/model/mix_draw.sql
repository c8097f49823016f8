/*
doc   = "What each channel brought by a marketing mix model, in the fit and in each draw of its bootstrap: intervals are quantiles over the draws."
grain = ["model", "draw", "channel"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
draw = "Number of the draw; 0 is the fit itself."
channel = "Channel, as in model.mix_channel."
sales = "Sales that it brought in all weeks of the fit: orders or net revenue."
sales_year = "Those of the last year."
*/
CREATE TABLE model.mix_draw (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    draw INTEGER NOT NULL,
    channel VARCHAR NOT NULL,
    sales DOUBLE NOT NULL,
    sales_year DOUBLE NOT NULL,
    PRIMARY KEY (model, draw, channel)
)
