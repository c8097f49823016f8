/*
doc   = "A subscription of a customer, such as a membership with free shipping: its plan, and how it stands. What is paid for it stands in star.fact_subscription_payment, and in no order: revenue of orders and of subscriptions are two sums."
grain = ["subscription_id"]
watched = ["plan", "price", "status"]
at = "started_at"
open = ["status", "cancelled_at", "ended_at", "renewals"]

[columns]
subscription_id = "Number of the subscription."
customer_key = "Customer who subscribed."
plan = "Plan that the customer chose."
started_at = "When it began and was first paid, in the warehouse's zone."
date_key = "Day of started_at."
period_days = "For how many days a payment lasts."
price = "What a period costs."
status = "How the subscription stands at the end of the data."
cancelled_at = "When the customer cancelled, in the warehouse's zone; the period that is paid runs on. NULL while not cancelled."
ended_at = "When the last period ended, in the warehouse's zone. NULL while it runs."
renewals = "Payments after the first."
*/
CREATE TABLE star.fact_subscription (
    subscription_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    plan VARCHAR NOT NULL DEFAULT '(unknown)',
    started_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    period_days INTEGER NOT NULL,
    price DECIMAL(18, 2) NOT NULL DEFAULT 0,
    status star.subscription_status NOT NULL DEFAULT 'active',
    cancelled_at TIMESTAMP,
    ended_at TIMESTAMP,
    renewals INTEGER NOT NULL DEFAULT 0
)
