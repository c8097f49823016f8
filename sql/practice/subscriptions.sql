/*
doc   = "A subscription of a customer, such as a membership with free shipping, with what was paid for it; the payments are no orders. Practice view: everything in one place, in plain words."
grain = ["subscription_id"]

[columns]
subscription_id = "Number of the subscription."
customer_id = "Customer who subscribed. NULL when not known."
plan = "Plan that the customer chose. NULL when not known."
started_at = "When it began and was first paid, in the warehouse's zone."
start_date = "Day on which it began."
period_days = "For how many days a payment lasts."
price = "What a period costs."
status = "active, cancelled (it runs to the end of the paid period), or ended."
cancelled_at = "When the customer cancelled, in the warehouse's zone. NULL while not cancelled."
ended_at = "When the last period ended, in the warehouse's zone. NULL while it runs."
renewals = "Payments after the first."
revenue = "All payments for it."
*/
WITH paid AS (
    SELECT subscription_id, sum(amount) AS amount
    FROM star.fact_subscription_payment
    GROUP BY subscription_id
)

SELECT
    subscription.subscription_id,
    main.known(customer.customer_id) AS customer_id,
    main.known(subscription.plan) AS plan,
    subscription.started_at,
    CAST(subscription.started_at AS DATE) AS start_date,
    subscription.period_days,
    subscription.price,
    subscription.status,
    subscription.cancelled_at,
    subscription.ended_at,
    subscription.renewals,
    main.money(coalesce(paid.amount, 0)) AS revenue
FROM star.fact_subscription AS subscription
LEFT JOIN paid ON paid.subscription_id = subscription.subscription_id
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = subscription.customer_key
