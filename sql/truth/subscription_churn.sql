/*
doc   = "How likely a subscription is to be cancelled in each of its periods. Compare with the share of star.fact_subscription that ends with a period, of those that were paid for it."
grain = ["plan", "from_period"]

[columns]
plan = "Plan, as in star.fact_subscription."
from_period = "Period from which on the chance holds, up to the next row of the plan."
cancel_probability = "Chance that the subscription is not renewed after the period."
*/
CREATE TABLE truth.subscription_churn (
    plan VARCHAR,
    from_period INTEGER,
    cancel_probability DOUBLE NOT NULL,
    PRIMARY KEY (plan, from_period)
)
