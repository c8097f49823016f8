/*
doc   = "A payment for a subscription: the first, or a renewal. Practice view: everything in one place, in plain words."
grain = ["payment_id"]

[columns]
payment_id = "Number of the payment."
subscription_id = "Subscription that was paid, as in subscriptions."
customer_id = "Customer who paid. NULL when not known."
plan = "Plan of the subscription. NULL when not known."
paid_at = "When it was paid, in the warehouse's zone."
payment_date = "Day of the payment."
period_number = "Which period it pays for, from 1; later ones are renewals."
amount = "Amount paid."
*/
SELECT
    payment.payment_id,
    payment.subscription_id,
    main.known(customer.customer_id) AS customer_id,
    main.known(subscription.plan) AS plan,
    payment.paid_at,
    CAST(payment.paid_at AS DATE) AS payment_date,
    payment.period_number,
    payment.amount
FROM star.fact_subscription_payment AS payment
LEFT JOIN star.fact_subscription AS subscription ON subscription.subscription_id = payment.subscription_id
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = payment.customer_key
