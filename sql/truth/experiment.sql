/*
doc   = """
What each arm of each synthetic experiment really did, on what an analyst measures. Compare relative_lift with an analysis' estimate and interval, \
and split with the allocation in star.dim_variant: where they differ, a check for sample ratio mismatch should fire. Measured are the people of \
star.fact_exposure (customer_key, or visitor_id where that is 0) who were exposed to one arm only, from their first exposure to the experiment's last \
day: customers by the visits and orders under their customer_key, others by their visitor_id."""
grain = ["experiment_key", "variant_key", "metric"]

[columns]
experiment_key = "Experiment."
variant_key = "Arm."
metric = "What is measured. add_to_cart: the share of those exposed who fill a cart in a visit. checkout: the share who begin the checkout. orders: the orders per customer exposed. units: the units that these customers order. bounce: the visits, per person exposed, that end with their first page. opens and clicks: the mails of the campaign_type that a customer exposed opens and clicks (not machines), of those sent during the experiment."
relative_lift = "Expected change of the metric if all were in this arm rather than in the control, given whom the experiment reached: 0.05 for five percent more. 0 for the control and for arms that do nothing. NULL when nobody was exposed."
expected = "Expected value of the metric if all were in this arm. NULL when nobody was exposed."
planted_lift = "What the arm does to the step that it acts on: the chance that a visit which saw a product, and holds no order, fills a cart; that such a cart goes on to the checkout; the orders that contacts other than mail cause; that a visit which holds no order ends with its first page; that a mail is opened; for units, the mean over the categories of what list prices cut by the arm do to a line. Larger than relative_lift, which counts what no arm acts on too. Where it wears off, that on the first day."
split = "Share of people really sent to the arm, 0 to 1. NULL when there was no draw."
kind = "What the experiment is an example of, in words: winner, loser, no effect, underpowered, broken split, novelty, both arms, landing page, description, price, subject line, send time."
defect = "What is wrong with it, in words. NULL when nothing is."
traffic = "Share of the visitors who were taken in."
wears_off_days = "The planted lift falls by exp(-days since the experiment began / this). NULL when it stays."
campaign_type = "Type of the campaigns whose mails are compared, of which the first one sent exposes. NULL where it is not about mail."
*/
CREATE TABLE truth.experiment (
    experiment_key INTEGER NOT NULL REFERENCES star.dim_experiment (experiment_key),
    variant_key INTEGER NOT NULL REFERENCES star.dim_variant (variant_key),
    metric VARCHAR NOT NULL,
    relative_lift DOUBLE,
    expected DOUBLE,
    planted_lift DOUBLE NOT NULL DEFAULT 0,
    split DOUBLE,
    kind VARCHAR,
    defect VARCHAR,
    traffic DOUBLE,
    wears_off_days DOUBLE,
    campaign_type VARCHAR,
    PRIMARY KEY (experiment_key, variant_key, metric)
)
