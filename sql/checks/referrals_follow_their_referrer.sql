/*
doc       = "Nobody refers themselves; who refers another has signed up before and, where that is known, has ordered before; who is referred signs up after the invitation, and the reward comes after that."
relation  = "star.fact_referral"
severity  = "warn"
generated = "error"
*/
SELECT
    referral.referral_id,
    CASE
        WHEN referral.referrer_key = referral.customer_key AND referral.customer_key <> 0 THEN 'referred themselves'
        WHEN referrer.signed_up_at > referral.referred_at THEN 'the referrer signed up later, at ' || referrer.signed_up_at
        WHEN referrer.first_ordered_on > CAST(referral.referred_at AS DATE) THEN 'the referrer first ordered on ' || referrer.first_ordered_on
        WHEN referral.signed_up_at < referral.referred_at THEN 'signed up before, at ' || referral.signed_up_at
        ELSE 'rewarded at ' || referral.rewarded_at || ', before the sign-up'
    END AS reason
FROM star.fact_referral AS referral
LEFT JOIN star.dim_customer AS referrer ON referrer.customer_key = referral.referrer_key
WHERE
    (referral.referrer_key = referral.customer_key AND referral.customer_key <> 0)
    OR referrer.signed_up_at > referral.referred_at
    OR referrer.first_ordered_on > CAST(referral.referred_at AS DATE)
    OR referral.signed_up_at < referral.referred_at
    OR referral.rewarded_at < referral.signed_up_at
ORDER BY referral.referral_id
