{# What each customer said, asked and subscribed to before the moment of asking: contact_sums, survey_sums, review_sums, subscription_sums,
   referral_sums, told_figures, told_categories. Reads asked. #}
{% macro voices() %}
contact_sums AS (
    SELECT
        contact.customer_key,
        count(*) FILTER (WHERE main.elapsed_days(contact.opened_at, asked.as_of) <= 90) AS contacts_90d,
        count(*) FILTER (WHERE main.elapsed_days(contact.opened_at, asked.as_of) <= 365) AS contacts_365d,
        arg_max(contact.satisfaction, row(contact.resolved_at, contact.support_contact_id))
            FILTER (WHERE contact.resolved_at < asked.as_of AND contact.satisfaction IS NOT NULL) AS contact_satisfaction
    FROM star.fact_support_contact AS contact
    CROSS JOIN asked
    WHERE contact.customer_key <> 0 AND contact.opened_at < asked.as_of
    GROUP BY contact.customer_key
),

survey_sums AS (
    SELECT
        survey.customer_key,
        arg_max(survey.nps, row(survey.answered_at, survey.survey_id)) FILTER (WHERE survey.nps IS NOT NULL) AS nps,
        arg_max(survey.csat, row(survey.answered_at, survey.survey_id)) FILTER (WHERE survey.csat IS NOT NULL) AS csat,
        count(*) FILTER (WHERE survey.has_complained) AS complaints
    FROM star.fact_survey AS survey
    CROSS JOIN asked
    WHERE survey.customer_key <> 0 AND survey.answered_at < asked.as_of
    GROUP BY survey.customer_key
),

review_sums AS (
    SELECT review.customer_key, count(*) AS reviews, main.ratio(sum(review.rating), count(*)) AS rating
    FROM star.fact_review AS review
    CROSS JOIN asked
    WHERE review.customer_key <> 0 AND review.reviewed_at < asked.as_of
    GROUP BY review.customer_key
),

subscription_sums AS (
    SELECT
        subscription.customer_key,
        count(*) FILTER (WHERE coalesce(subscription.ended_at, asked.as_of) >= asked.as_of) AS subscriptions,
        count(*) FILTER (WHERE subscription.cancelled_at < asked.as_of) AS cancelled_subscriptions
    FROM star.fact_subscription AS subscription
    CROSS JOIN asked
    WHERE subscription.customer_key <> 0 AND subscription.started_at < asked.as_of
    GROUP BY subscription.customer_key
),

referral_sums AS (
    SELECT referral.referrer_key AS customer_key, count(*) AS referrals
    FROM star.fact_referral AS referral
    CROSS JOIN asked
    WHERE referral.referrer_key <> 0 AND referral.signed_up_at < asked.as_of
    GROUP BY referral.referrer_key
),

-- What a source told of customers rather than of orders, the latest that was there.
told_figures AS (
    SELECT
        told.customer_key,
        arg_max(told.recency_days + date_diff('day', told.snapshot_on, CAST(asked.as_of AS DATE)), told.snapshot_on) AS told_recency_days,
        arg_max(told.spend, told.snapshot_on) AS told_spend,
        arg_max(told.web_visits, told.snapshot_on) AS told_web_visits,
        arg_max(told.purchases_deal, told.snapshot_on) AS told_deal_purchases,
        arg_max(told.purchases_web, told.snapshot_on) AS told_web_purchases,
        arg_max(told.purchases_catalog, told.snapshot_on) AS told_catalogue_purchases,
        arg_max(told.purchases_store, told.snapshot_on) AS told_store_purchases
    FROM star.fact_customer_snapshot AS told
    CROSS JOIN asked
    WHERE told.customer_key <> 0 AND CAST(told.snapshot_on AS TIMESTAMP) < asked.as_of
    GROUP BY told.customer_key
),

latest_spend AS (
    SELECT
        told.customer_key,
        told.category,
        told.spend,
        told.snapshot_on = max(told.snapshot_on) OVER (PARTITION BY told.customer_key) AS is_latest
    FROM star.fact_customer_category_spend AS told
    CROSS JOIN asked
    WHERE told.customer_key <> 0 AND CAST(told.snapshot_on AS TIMESTAMP) < asked.as_of
),

told_categories AS (
    SELECT
        customer_key,
        min_by(category, (-spend, category)) AS told_top_category,
        main.ratio(max(spend), sum(spend)) AS told_top_category_share
    FROM latest_spend
    WHERE is_latest
    GROUP BY customer_key
)
{%- endmacro %}
