/*
doc       = "No lead became a customer before its details were captured, and one that became a customer names a customer."
relation  = "star.fact_lead"
severity  = "warn"
generated = "error"
*/
SELECT
    lead_id,
    'captured at ' || captured_at || ', customer ' || customer_key || ' from ' || became_customer_at AS reason
FROM star.fact_lead
WHERE became_customer_at < captured_at OR (became_customer_at IS NOT NULL AND customer_key = 0)
ORDER BY lead_id
