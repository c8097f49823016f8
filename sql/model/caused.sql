/*
doc   = "What touches caused, as martlet model fit incremental found: orders and revenue by channel, and by campaign in its channel. Errors are standard errors by the sampling of customers."
grain = ["model", "channel_key", "campaign_key"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
channel_key = "Channel of the touches."
campaign_key = "Campaign of the touches, 0 for touches without one, -1 for all of the channel."
orders = "Orders caused, those included whose touch was not recognised."
orders_error = "Its standard error. NULL without a bootstrap."
orders_margin = "Half of the width of the interval of 90 %, with an allowance for the model's own error that companies of known truth have shown."
revenue = "Net revenue of these orders."
revenue_error = "Its standard error."
revenue_margin = "Half of the width of its interval of 90 %, likewise."
share = "Share of all caused orders."
share_error = "Its standard error. NULL for campaigns."
share_margin = "Half of the width of the share's interval of 90 %, with an allowance for the model's own error that companies of known truth have shown. NULL for campaigns."
is_control = "Whether the touches were assumed to cause nothing."
*/
CREATE TABLE model.caused (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    channel_key INTEGER NOT NULL,
    campaign_key INTEGER NOT NULL,
    orders DOUBLE NOT NULL,
    orders_error DOUBLE,
    orders_margin DOUBLE,
    revenue DOUBLE NOT NULL,
    revenue_error DOUBLE,
    revenue_margin DOUBLE,
    share DOUBLE NOT NULL,
    share_error DOUBLE,
    share_margin DOUBLE,
    is_control BOOLEAN NOT NULL,
    PRIMARY KEY (model, channel_key, campaign_key)
)
