/*
doc   = "A customer who was brought by another: who invited whom, when, and what that earned. Invitations that nobody took up are not here."
grain = ["referral_id"]
watched = ["reward_amount"]
at = "referred_at"
there_from = "signed_up_at"
open = ["rewarded_at", "reward_amount"]

[columns]
referral_id = "Number of the referral."
customer_key = "Customer who was invited, and signed up."
referrer_key = "Customer who invited: one who had signed up and ordered before."
code = "Code of the invitation, each referrer's own."
referred_at = "When the invitation was sent, in the warehouse's zone."
date_key = "Day of referred_at."
signed_up_at = "When the invited customer signed up, in the warehouse's zone, at or after referred_at."
rewarded_at = "When the referrer earned the reward, in the warehouse's zone: with the first sale to the invited customer. NULL before that."
reward_amount = "The reward, 0 before it is earned."
*/
CREATE TABLE star.fact_referral (
    referral_id BIGINT PRIMARY KEY,
    customer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    referrer_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_customer (customer_key),
    code VARCHAR,
    referred_at TIMESTAMP NOT NULL,
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    signed_up_at TIMESTAMP,
    rewarded_at TIMESTAMP,
    reward_amount DECIMAL(18, 2) NOT NULL DEFAULT 0
)
