/*
doc       = "No post reached more people than it was shown times."
relation  = "star.fact_social_post"
severity  = "warn"
generated = "error"
*/
SELECT post_id, 'reach ' || reach || ', impressions ' || impressions AS reason
FROM star.fact_social_post
WHERE reach > impressions
ORDER BY post_id
