/*
doc   = "A channel of a marketing mix model, as martlet model fit mix left it: what was spent, how its spend works, and whether the data can tell it from demand and from the other channels. Sales are orders, or net revenue where the fit was told so."
grain = ["model", "channel"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
channel = "Channel that charges; paid search for the company's own name is apart, with / own name behind it."
is_fitted = "Whether the model has it; where not, words says why, and what it brings is not known."
spend = "Money spent in all weeks of the fit."
spend_year = "Money spent in the last year of the fit, or in all weeks where there are fewer."
carry = "Share of an effect that is carried over to the next week."
half_spend = "Spend of a week with any, in all regions, at which the effect is half of its limit."
coefficient = "Limit of what it adds to demand, as a share of demand."
off_share = "Share of regions and weeks without spend."
own_share = "Share of its movement that neither demand nor the other channels have; what is learnt from."
alike_channel = "The channel that it moves most with, once demand is taken out. NULL where there is no other."
alike_correlation = "How much they do: a correlation."
lift_sales = "What experiments or attribution/incremental say that it brought about; the fit was told so. NULL where nothing was told."
lift_error = "The standard error of that."
words = "What to know of it, in a sentence. NULL where there is nothing."
*/
CREATE TABLE model.mix_channel (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    channel VARCHAR NOT NULL,
    is_fitted BOOLEAN NOT NULL,
    spend DOUBLE NOT NULL,
    spend_year DOUBLE NOT NULL,
    carry DOUBLE,
    half_spend DOUBLE,
    coefficient DOUBLE,
    off_share DOUBLE,
    own_share DOUBLE,
    alike_channel VARCHAR,
    alike_correlation DOUBLE,
    lift_sales DOUBLE,
    lift_error DOUBLE,
    words VARCHAR,
    PRIMARY KEY (model, channel)
)
