/*
doc       = "A subscription has a payment for each of its periods, the first and its renewals, at the beginning of the period; it ends with a period, and is cancelled before."
relation  = "star.fact_subscription"
severity  = "warn"
generated = "error"
*/
WITH paid AS (
    SELECT
        payment.subscription_id,
        count(*) AS payments,
        max(payment.period_number) AS last_period,
        count(*) FILTER (
            WHERE payment.paid_at <> subscription.started_at + (payment.period_number - 1) * subscription.period_days * INTERVAL 1 DAY
        ) AS out_of_time
    FROM star.fact_subscription_payment AS payment
    INNER JOIN star.fact_subscription AS subscription ON subscription.subscription_id = payment.subscription_id
    GROUP BY payment.subscription_id
)

SELECT
    subscription.subscription_id,
    CASE
        WHEN coalesce(paid.payments, 0) <> subscription.renewals + 1 OR paid.last_period <> paid.payments
            THEN subscription.renewals || ' renewals, but ' || coalesce(paid.payments, 0) || ' payments'
        WHEN paid.out_of_time > 0 THEN paid.out_of_time || ' payments that do not begin a period'
        ELSE 'cancelled at ' || coalesce(CAST(subscription.cancelled_at AS VARCHAR), '(never)') || ', ended at '
            || coalesce(CAST(subscription.ended_at AS VARCHAR), '(never)')
    END AS reason
FROM star.fact_subscription AS subscription
LEFT JOIN paid ON paid.subscription_id = subscription.subscription_id
WHERE
    coalesce(paid.payments, 0) <> subscription.renewals + 1
    OR paid.last_period <> paid.payments
    OR paid.out_of_time > 0
    OR (subscription.ended_at IS NOT NULL AND (subscription.cancelled_at IS NULL OR subscription.cancelled_at > subscription.ended_at))
    OR subscription.ended_at <> subscription.started_at + (subscription.renewals + 1) * subscription.period_days * INTERVAL 1 DAY
ORDER BY subscription.subscription_id
