/*
doc      = "The date_key of a fact is the day of its timestamp."
relation = "star"
severity = "error"
*/
WITH facts AS (
    SELECT 'star.fact_session' AS relation, session_id AS id, date_key, started_at AS at_moment FROM star.fact_session
    UNION ALL
    SELECT 'star.fact_event', event_id, date_key, occurred_at FROM star.fact_event
    UNION ALL
    SELECT 'star.fact_touchpoint', touchpoint_id, date_key, touched_at FROM star.fact_touchpoint
    UNION ALL
    SELECT 'star.fact_order', order_id, date_key, ordered_at FROM star.fact_order
    UNION ALL
    SELECT 'star.fact_order_line', order_line_id, date_key, ordered_at FROM star.fact_order_line
    UNION ALL
    SELECT 'star.fact_return', return_id, date_key, returned_at FROM star.fact_return
    UNION ALL
    SELECT 'star.fact_lead', lead_id, date_key, captured_at FROM star.fact_lead
    UNION ALL
    SELECT 'star.fact_social_post', post_id, date_key, posted_at FROM star.fact_social_post
    UNION ALL
    SELECT 'star.fact_review', review_id, date_key, reviewed_at FROM star.fact_review
    UNION ALL
    SELECT 'star.fact_survey', survey_id, date_key, answered_at FROM star.fact_survey
    UNION ALL
    SELECT 'star.fact_preference', preference_id, date_key, answered_at FROM star.fact_preference
    UNION ALL
    SELECT 'star.fact_referral', referral_id, date_key, referred_at FROM star.fact_referral
    UNION ALL
    SELECT 'star.fact_subscription', subscription_id, date_key, started_at FROM star.fact_subscription
    UNION ALL
    SELECT 'star.fact_subscription_payment', payment_id, date_key, paid_at FROM star.fact_subscription_payment
    UNION ALL
    SELECT 'star.fact_support_contact', support_contact_id, date_key, opened_at FROM star.fact_support_contact
    UNION ALL
    SELECT 'star.fact_exposure', exposure_id, date_key, exposed_at FROM star.fact_exposure
    UNION ALL
    SELECT 'star.fact_recommendation', recommendation_id, date_key, shown_at FROM star.fact_recommendation
)

SELECT relation, id, 'date_key ' || date_key || ' for ' || at_moment AS reason
FROM facts
WHERE date_key <> year(at_moment) * 10000 + month(at_moment) * 100 + day(at_moment)
ORDER BY relation, id
