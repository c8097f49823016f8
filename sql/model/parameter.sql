/*
doc   = "A parameter of a model in model.registry. Times are in days, money in the warehouse's currency."
grain = ["model", "name"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
name = "Name of the parameter: r, alpha, a and b of BG/NBD, r, alpha, s and beta of Pareto/NBD, p, q and v of Gamma-Gamma; of incremental, totals such as orders_caused and, by channel, effect, lag_days, harvest_share and recognised_share, as effect:Email; of mix, sales, demand, weeks, weeks_year, regions, revenue_per_order, is_revenue (1 where sales are revenue), spread (variance against mean), and the errors of the back-test; of models that foretell, platt_slope and platt_intercept, or isotonic_raw_01 and isotonic_rate_01 and on, which turn log odds into a probability, line_slope and line_intercept, or, where logarithms are told, exponential_factor, which put amounts at the right level, band_high and band_medium, from which on a score is called so, and offer_value, offer_cost and offer_success, the money of the model card; of the parts of uplift platt_slope 1 and platt_intercept 0, or line_slope and line_intercept likewise, since the differences of the two arms are left as they are."
value = "Its estimate."
standard_error = "Its standard error, from the curvature of the likelihood, or of incremental from a bootstrap over customers. Fits that did not converge have no parameters."
*/
CREATE TABLE model.parameter (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    name VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    standard_error DOUBLE,
    PRIMARY KEY (model, name)
)
