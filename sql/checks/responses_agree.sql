/*
doc      = "Who answered a campaign at some moment has answered it, and who was left out of it as a control has not."
relation = "star.fact_campaign_response"
severity = "warn"
*/
SELECT
    customer_key,
    campaign_key,
    CASE
        WHEN is_holdout THEN 'answered a campaign that they were left out of'
        ELSE 'answered at ' || responded_at || ', but has_responded is false'
    END AS reason
FROM star.fact_campaign_response
WHERE (is_holdout AND has_responded) OR (responded_at IS NOT NULL AND NOT has_responded)
ORDER BY customer_key, campaign_key
