/*
doc   = "A figure of how good a model that foretells, or of uplift, is, on one set of rows."
grain = ["model", "subset", "metric"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
subset = "Rows that it was worked out on: train, validation, and test, which the model has not seen and which are later; random_split, what the same method would have claimed on rows drawn at random, which see the future; baseline, the test rows sorted by one feature; bg_nbd, of next_value the test rows as BG/NBD and Gamma-Gamma expect them; truth, the test rows held against what the generator planted; decision, the test rows at the threshold of the offer."
metric = "Name of the figure: auc and auc_error, average_precision, brier and its parts brier_reliability, brier_resolution and brier_uncertainty, log_loss, lift_top_tenth, lift_top_fifth, base_rate, rows, positives; of a decision threshold, taken, accuracy, precision, recall, f1; of amounts mae, rmse, r2, sum_ratio, rank_correlation; of kinds of subject lines accuracy and macro_f1, the mean of F1 over the kinds; of uplift treated and control (people), treated_rate and control_rate, effect and effect_error, effect_low and effect_high (its interval by Newcombe), mean_score, and of the list qini and qini_error, buyers gained per person treated over random order, qini_of_best and qini_share, as in uplift/qini."
value = "Its value."
*/
CREATE TABLE model.metric (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    subset VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    PRIMARY KEY (model, subset, metric)
)
