/*
doc   = "The test rows of an uplift model: people of both arms who were assigned, with the score that the model gave them from what was known before, and what they did. The pack uplift is made of them."
grain = ["model", "assignment"]

[columns]
model = "Name of the fit and of the model, as in model.registry, the chosen one."
assignment = "Number of the assignment: of mails star.fact_email's email_id, of an experiment the customer."
customer_key = "Customer."
assigned_at = "When the person was assigned, in the warehouse's zone."
stratum = "Within which the arms were drawn: the mailing, or the experiment."
is_treated = "Whether the action was taken; not for the control arm."
weight = "1 of those treated, treated / control of the stratum's test rows for the others."
score = "Uplift that the model gave: the change of the probability to buy, from what was known before the assignment."
has_bought = "1 when the person bought within the horizon, else 0."
orders = "Orders within the horizon."
revenue = "Their net revenue."
*/
CREATE TABLE model.uplift_test (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    assignment BIGINT NOT NULL,
    customer_key INTEGER NOT NULL REFERENCES star.dim_customer (customer_key),
    assigned_at TIMESTAMP NOT NULL,
    stratum BIGINT NOT NULL,
    is_treated BOOLEAN NOT NULL,
    weight DOUBLE NOT NULL,
    score DOUBLE NOT NULL,
    has_bought INTEGER NOT NULL,
    orders BIGINT NOT NULL,
    revenue DECIMAL(18, 2) NOT NULL,
    PRIMARY KEY (model, assignment)
)
