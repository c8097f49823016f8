/*
doc       = "No browser's user is identified before the browser was first seen, and one that is identified names a customer."
relation  = "star.bridge_visitor"
severity  = "warn"
generated = "error"
*/
SELECT
    visitor_id,
    'first seen at ' || coalesce(CAST(first_seen_at AS VARCHAR), '-') || ', customer ' || customer_key
    || ' identified at ' || identified_at AS reason
FROM star.bridge_visitor
WHERE identified_at < first_seen_at OR (identified_at IS NOT NULL AND customer_key = 0)
ORDER BY visitor_id
