/*
doc   = "A customer and a campaign that addressed them: whether they answered, and what it brought. Where a source told it, as it told it (star.fact_campaign_response); where none did, computed from the mails, and is_computed says so. Computed, an answer is a person's click in the mail, and an order counts for the mail that email.credit credits it to, with its defaults: the last one that its customer clicked within 120 elapsed hours before it. Such credit is not effect: people held out cannot click, so compare all who were assigned, as email.roi does."
grain = ["customer_key", "campaign_key"]

[columns]
customer_key = "Customer whom the campaign addressed, never 0 where computed."
campaign_key = "Campaign."
variant = "Which version of the campaign the customer got. NULL when there was one only, and where computed."
is_holdout = "Whether the customer was left out at random, as a control."
responded_at = "When the customer answered, in the warehouse's zone; computed: the first click by a person (by whomever, where the source of the mails cannot tell). NULL when they did not, or when it is not told."
has_responded = "Whether the customer answered."
has_visited = "Whether the customer came to the site; computed: by a click in the mail."
has_converted = "Whether the customer bought; computed: whether an order is credited to the mail; NULL where there are no orders in the warehouse."
revenue = "What the customer spent then; computed: net revenue of these orders, before refunds, 0 without one; NULL where there are no orders in the warehouse."
is_computed = "Whether Martlet computed the answer, rather than a source having given it."
*/
WITH given_answers AS (
    SELECT count(*) AS given_rows
    FROM star.fact_campaign_response
),

-- No row where a source told the answers, so that nothing is computed then.
mails AS (
    SELECT
        mail.email_id,
        mail.customer_key,
        mail.campaign_key,
        mail.is_holdout,
        mail.delivered_at,
        CASE WHEN mail.is_human_known THEN mail.first_human_clicked_at ELSE mail.first_clicked_at END AS answered_at
    FROM star.fact_email AS mail
    INNER JOIN given_answers ON given_answers.given_rows = 0
    WHERE mail.customer_key <> 0
),

known_orders AS (
    SELECT count(*) > 0 AS has_orders
    FROM (SELECT 1 FROM star.fact_order LIMIT 1) AS first_order
),

mail_credits AS (
    SELECT email_id, sum(net_revenue) AS revenue
    FROM email.credit
    GROUP BY email_id
)

SELECT
    customer_key, campaign_key, variant, is_holdout, responded_at, has_responded, has_visited, has_converted, revenue,
    false AS is_computed
FROM star.fact_campaign_response
UNION ALL
SELECT
    mails.customer_key,
    mails.campaign_key,
    CAST(NULL AS VARCHAR),
    bool_and(mails.is_holdout),
    min(mails.answered_at),
    count(mails.answered_at) > 0,
    count(mails.answered_at) > 0,
    CASE WHEN bool_and(known_orders.has_orders) THEN count(mail_credits.email_id) > 0 END,
    CASE WHEN bool_and(known_orders.has_orders) THEN main.money(coalesce(sum(mail_credits.revenue), 0)) END,
    true
FROM mails
CROSS JOIN known_orders
LEFT JOIN mail_credits ON mail_credits.email_id = mails.email_id
GROUP BY mails.customer_key, mails.campaign_key
