/*
doc   = "A payment for a subscription: the first, and one for each renewal. It is revenue, and no order."
grain = ["payment_id"]
watched = ["amount"]
at = "paid_at"

[columns]
payment_id = "Number of the payment."
subscription_id = "Subscription that was paid."
customer_key = "Customer who paid, as in the subscription."
paid_at = "When it was paid, in the warehouse's zone: the first moment of the period."
date_key = "Day of paid_at."
period_number = "Which period it pays for, from 1; later ones are renewals."
amount = "Amount paid."
*/
CREATE TABLE star.fact_subscription_payment (
    payment_id BIGINT PRIMARY KEY,
    subscription_id BIGINT NOT NULL REFERENCES star.fact_subscription (subscription_id),
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    paid_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    period_number INTEGER NOT NULL DEFAULT 1,
    amount DECIMAL(18, 2) NOT NULL DEFAULT 0
)
