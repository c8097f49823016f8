/*
doc   = "What a model foretold of a customer at a moment, with its reasons. martlet model score writes it for another moment."
grain = ["model", "as_of", "customer_key"]
personal = ["reason_1", "reason_2", "reason_3"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
as_of = "The moment of asking: only what was known strictly before it counts."
customer_key = "Customer."
score = "Probability of what the task foretells, or the amount; of uplift the change of the probability to buy, which may be below 0."
band = "high: as high as the best tenth of the test; medium: as the next fifth; low: the rest."
reason_1 = "What moves this score most against a typical customer: the feature in words, its value, and the typical one. NULL where nothing does."
reason_2 = "The second reason."
reason_3 = "The third reason."
*/
CREATE TABLE model.score (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    as_of TIMESTAMP NOT NULL,
    customer_key INTEGER NOT NULL REFERENCES star.dim_customer (customer_key),
    score DOUBLE NOT NULL,
    band VARCHAR NOT NULL,
    reason_1 VARCHAR,
    reason_2 VARCHAR,
    reason_3 VARCHAR,
    PRIMARY KEY (model, as_of, customer_key)
)
