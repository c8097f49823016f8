/*
doc   = "How much each column of star.fact_external_week acts. The rate of what it acts on is multiplied by exp(coefficient * (value - usual)); compare the coefficients of a Poisson regression with a log link."
grain = ["factor"]

[columns]
factor = "Column of star.fact_external_week."
acts_on = "What is multiplied: 'all demand' is contacts, visits, sign-ups and orders alike; 'orders caused by contacts' are those of truth.order_cause with the cause 'touch', by the week and region of the contact."
coefficient = "Change of the logarithm of the rate by a unit of the column."
usual = "Value at which it changes nothing."
*/
CREATE TABLE truth.external_effect (
    factor VARCHAR PRIMARY KEY,
    acts_on VARCHAR NOT NULL,
    coefficient DOUBLE NOT NULL,
    usual DOUBLE NOT NULL
)
