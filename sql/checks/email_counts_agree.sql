/*
doc       = "An email has a first open exactly when it was opened at least once, and a first click exactly when it was clicked."
relation  = "star.fact_email"
severity  = "warn"
generated = "error"
*/
SELECT
    email_id,
    'open_count ' || open_count || ', first opened at ' || coalesce(CAST(first_opened_at AS VARCHAR), '-')
    || '; click_count ' || click_count || ', first clicked at ' || coalesce(CAST(first_clicked_at AS VARCHAR), '-') AS reason
FROM star.fact_email
WHERE (open_count > 0) <> (first_opened_at IS NOT NULL) OR (click_count > 0) <> (first_clicked_at IS NOT NULL)
ORDER BY email_id
