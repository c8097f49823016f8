/*
doc   = "What each arm of each synthetic experiment really did. Compare relative_lift with an analysis' estimate and interval for the same metric, and split with the allocation in star.dim_variant: where they differ, a check for sample ratio mismatch should fire."
grain = ["experiment_key", "variant_key", "metric"]

[columns]
experiment_key = "Experiment."
variant_key = "Arm."
metric = "What the arm acts on, from the exposure to the end. add_to_cart: the share of visits that fill a cart, among those without an order that see a product. checkout: the share of those with a cart that begin the checkout. caused_orders: the orders that contacts other than mail cause."
relative_lift = "Planted change of the metric relative to the control, 0.05 for five percent more. 0 for the control and for arms that do nothing. Where it wears off, that on the first day."
split = "Share of people really sent to the arm, 0 to 1. NULL when there was no draw."
kind = "What the experiment is an example of, in words: winner, loser, no effect, underpowered, broken split, novelty, both arms."
defect = "What is wrong with it, in words. NULL when nothing is."
traffic = "Share of the visitors who were taken in."
wears_off_days = "The effect falls by exp(-days since the experiment began / this). NULL when it stays."
*/
CREATE TABLE truth.experiment (
    experiment_key INTEGER NOT NULL REFERENCES star.dim_experiment (experiment_key),
    variant_key INTEGER NOT NULL REFERENCES star.dim_variant (variant_key),
    metric VARCHAR NOT NULL,
    relative_lift DOUBLE NOT NULL DEFAULT 0,
    split DOUBLE,
    kind VARCHAR,
    defect VARCHAR,
    traffic DOUBLE,
    wears_off_days DOUBLE,
    PRIMARY KEY (experiment_key, variant_key, metric)
)
