/*
doc   = "A parameter of a model in model.registry. Times are in days, money in the warehouse's currency."
grain = ["model", "name"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
name = "Name of the parameter: r, alpha, a and b of BG/NBD, r, alpha, s and beta of Pareto/NBD, p, q and v of Gamma-Gamma."
value = "Its estimate."
standard_error = "Its standard error, from the curvature of the likelihood. Fits that did not converge have no parameters."
*/
CREATE TABLE model.parameter (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    name VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    standard_error DOUBLE,
    PRIMARY KEY (model, name)
)
