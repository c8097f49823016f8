/*
doc   = "A model that was fitted on this warehouse by martlet model fit. Its parameters are in model.parameter, or, of clusters, in model.feature and model.centroid; what touches caused is in model.caused; queries read these, so scores need no fit of their own and follow new data."
grain = ["model"]

[columns]
model = "Name of the fit and of the model, such as clv.bg_nbd, segments.k_means or incremental.declustering, churn.boosted or churn.linear, uplift.t_linear (and its parts, such as uplift.t_linear.treated.linear, the model of one arm), subject_type.naive_bayes, opens.logistic; clv_holdout.bg_nbd is the same model fitted on the orders until an earlier moment, to be held against what came later."
task = "What the model is for: clv, segments, incremental, mix, uplift, or what is foretold: churn, purchase, next_value, visit, lead, response, subject_type, opens."
fitted_at = "When it was fitted, UTC."
as_of = "The moment up to which the data were used, in the warehouse's zone."
seed = "Seed of random draws. NULL where the fit draws nothing."
load_id = "The last load in the warehouse when it was fitted: where a later one is there, the parameters are those of earlier data. 0 where there was none."
rows = "Customers that it was fitted on; of mix, its regions and weeks; of models that foretell, rows of training: a customer is there once for each moment of asking, of uplift for each assignment; of subject lines, lines."
log_likelihood = "Log likelihood of all these customers' histories, or of their orders for incremental. NULL for clusters."
converged = "Whether the fit found a top of the likelihood; where not, the data do not determine the parameters, and the queries don't use them. For clusters, incremental and mix, whether the last step moved nothing; always true of models that foretell and of uplift."
version = "How often models of this name have been fitted, this one included. NULL for clv, segments and incremental, and so are all that follow; of mix those from features_digest on are."
is_chosen = "Whether this is the model of its fit whose scores are given out: the one that foretold the validation rows better, of uplift the one with the greatest Qini on them. False of parts."
code_version = "Version of Martlet that fitted it."
features_digest = "Hash of the features' SQL and of the task's declaration: another one means other features."
data_digest = "Hash of the rows that it learnt from, was chosen by and was tested on."
trained_from = "The earliest moment of asking that it learnt from, in the warehouse's zone. NULL where rows have no time."
trained_to = "The latest moment of asking that it learnt from. NULL where rows have no time."
tested_on = "The moment of asking of its test, later than all of training and validation. NULL where rows have no time."
horizon_days = "Days that are foretold. NULL where rows have no time."
gap_days = "Days between a moment of asking and the time that is foretold. NULL where rows have no time."
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
    converged BOOLEAN NOT NULL,
    version INTEGER,
    is_chosen BOOLEAN,
    code_version VARCHAR,
    features_digest VARCHAR,
    data_digest VARCHAR,
    trained_from TIMESTAMP,
    trained_to TIMESTAMP,
    tested_on TIMESTAMP,
    horizon_days INTEGER,
    gap_days INTEGER
)
