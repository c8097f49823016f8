/*
doc       = "An email's life is in order: people held out are not sent it, what is delivered was sent, what is opened, clicked, unsubscribed from or complained about was delivered before, and what a human did is among what was done."
relation  = "star.fact_email"
severity  = "warn"
generated = "error"
*/
WITH emails AS (
    SELECT
        *,
        least(first_opened_at, first_clicked_at, unsubscribed_at, complained_at) AS first_reaction_at
    FROM star.fact_email
)

SELECT
    email_id,
    CASE
        WHEN is_holdout AND sent_at IS NOT NULL THEN 'sent to a person held out'
        WHEN delivered_at IS NOT NULL AND sent_at IS NULL THEN 'delivered, but never sent'
        WHEN delivered_at < sent_at THEN 'delivered at ' || delivered_at || ', before it was sent at ' || sent_at
        WHEN delivered_at IS NULL AND first_reaction_at IS NOT NULL THEN 'opened, clicked or answered, but never delivered'
        WHEN first_reaction_at < delivered_at
            THEN 'reaction at ' || first_reaction_at || ', before its delivery at ' || delivered_at
        ELSE 'a human open or click without, or before, the first open or click'
    END AS reason
FROM emails
WHERE
    (is_holdout AND sent_at IS NOT NULL)
    OR (delivered_at IS NOT NULL AND sent_at IS NULL)
    OR delivered_at < sent_at
    OR (delivered_at IS NULL AND first_reaction_at IS NOT NULL)
    OR first_reaction_at < delivered_at
    OR (first_human_opened_at IS NOT NULL AND (first_opened_at IS NULL OR first_human_opened_at < first_opened_at))
    OR (first_human_clicked_at IS NOT NULL AND (first_clicked_at IS NULL OR first_human_clicked_at < first_clicked_at))
ORDER BY email_id
