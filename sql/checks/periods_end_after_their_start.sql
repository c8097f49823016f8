/*
doc       = "No campaign, experiment, promotion or coupon ends before it starts."
relation  = "star"
severity  = "warn"
generated = "error"
*/
SELECT 'star.dim_campaign' AS relation, campaign_id AS id, 'from ' || starts_on || ' to ' || ends_on AS reason
FROM star.dim_campaign
WHERE ends_on < starts_on
UNION ALL
SELECT 'star.dim_experiment', experiment_id, 'from ' || starts_on || ' to ' || ends_on
FROM star.dim_experiment
WHERE ends_on < starts_on
UNION ALL
SELECT 'star.dim_promotion', promotion_id, 'from ' || starts_on || ' to ' || ends_on
FROM star.dim_promotion
WHERE ends_on < starts_on
UNION ALL
SELECT 'star.dim_coupon', code, 'from ' || starts_on || ' to ' || ends_on
FROM star.dim_coupon
WHERE ends_on < starts_on
ORDER BY 1, 2
