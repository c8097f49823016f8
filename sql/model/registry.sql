/*
doc   = "A model that was fitted on this warehouse by martlet model fit. Its parameters are in model.parameter, or, of clusters, in model.feature and model.centroid; what touches caused is in model.caused; queries read these, so scores need no fit of their own and follow new data."
grain = ["model"]

[columns]
model = "Name of the fit and of the model, such as clv.bg_nbd, segments.k_means or incremental.declustering; clv_holdout.bg_nbd is the same model fitted on the orders until an earlier moment, to be held against what came later."
task = "What the model is for: clv, segments or incremental."
fitted_at = "When it was fitted, UTC."
as_of = "The moment up to which the data were used, in the warehouse's zone."
seed = "Seed of random draws. NULL where the fit draws nothing."
load_id = "The last load in the warehouse when it was fitted: where a later one is there, the parameters are those of earlier data. 0 where there was none."
rows = "Customers that it was fitted on."
log_likelihood = "Log likelihood of all these customers' histories, or of their orders for incremental. NULL for clusters."
converged = "Whether the fit found a top of the likelihood; where not, the data do not determine the parameters, and the queries don't use them. For clusters and for incremental, whether the last step moved nothing."
*/
CREATE TABLE model.registry (
    model VARCHAR PRIMARY KEY,
    task VARCHAR NOT NULL,
    fitted_at TIMESTAMP NOT NULL,
    as_of TIMESTAMP NOT NULL,
    seed BIGINT,
    load_id INTEGER NOT NULL DEFAULT 0,
    rows BIGINT NOT NULL,
    log_likelihood DOUBLE,
    converged BOOLEAN NOT NULL
)
