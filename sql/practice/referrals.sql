/*
doc   = "A customer who was brought by another. Practice view: everything in one place, in plain words."
grain = ["referral_id"]

[columns]
referral_id = "Number of the referral."
referrer_id = "Customer who invited, as customer_id in customers. NULL when not known."
customer_id = "Customer who was invited, and signed up. NULL when not known."
referral_code = "Code of the invitation, each referrer's own. NULL when not known."
referred_at = "When the invitation was sent, in the warehouse's zone."
referral_date = "Day of the invitation."
signed_up_at = "When the invited customer signed up, in the warehouse's zone. NULL when not known."
rewarded_at = "When the referrer earned the reward: with the first sale to the invited customer. NULL before that."
reward = "The reward, 0 before it is earned."
*/
SELECT
    referral.referral_id,
    main.known(referrer.customer_id) AS referrer_id,
    main.known(customer.customer_id) AS customer_id,
    referral.code AS referral_code,
    referral.referred_at,
    CAST(referral.referred_at AS DATE) AS referral_date,
    referral.signed_up_at,
    referral.rewarded_at,
    referral.reward_amount AS reward
FROM star.fact_referral AS referral
LEFT JOIN star.dim_customer AS referrer ON referrer.customer_key = referral.referrer_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = referral.customer_key
