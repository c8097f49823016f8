/*
doc      = "No two rows of a fact have the same identifier in their source: a later load replaces by it."
relation = "star"
severity = "error"
*/
WITH named AS (
    SELECT 'star.bridge_visitor' AS relation, source_id FROM star.bridge_visitor
    UNION ALL
    SELECT 'star.fact_session', source_id FROM star.fact_session
    UNION ALL
    SELECT 'star.fact_event', source_id FROM star.fact_event
    UNION ALL
    SELECT 'star.fact_touchpoint', source_id FROM star.fact_touchpoint
    UNION ALL
    SELECT 'star.fact_order', source_id FROM star.fact_order
    UNION ALL
    SELECT 'star.fact_email', source_id FROM star.fact_email
    UNION ALL
    SELECT 'star.fact_lead', source_id FROM star.fact_lead
    UNION ALL
    SELECT 'star.fact_social_post', source_id FROM star.fact_social_post
)

SELECT relation, source_id, count(*) || ' rows have it' AS reason
FROM named
WHERE source_id IS NOT NULL
GROUP BY relation, source_id
HAVING count(*) > 1
ORDER BY relation, source_id
