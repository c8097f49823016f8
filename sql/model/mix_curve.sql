/*
doc   = "What each channel would have brought in a mean week of the last year had all its spend been a multiple of what it was, in the same regions and weeks. Concave; read in straight lines between the points."
grain = ["model", "draw", "channel", "multiple"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
draw = "Number of the draw; 0 is the fit itself."
channel = "Channel, as in model.mix_channel."
multiple = "Multiple of the spend, 0 to 2; 1 is what was spent, 1.01 one hundredth more."
sales = "Sales that it would have brought in a mean week: orders or net revenue."
*/
CREATE TABLE model.mix_curve (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    draw INTEGER NOT NULL,
    channel VARCHAR NOT NULL,
    multiple DOUBLE NOT NULL,
    sales DOUBLE NOT NULL,
    PRIMARY KEY (model, draw, channel, multiple)
)
