/*
doc       = "The shares of people meant for the variants of an experiment lie in 0 to 1, and together are no more than 1."
relation  = "star.dim_variant"
severity  = "warn"
generated = "error"
*/
SELECT
    experiment_key,
    'allocations from ' || min(allocation) || ' to ' || max(allocation) || ', together ' || sum(allocation) AS reason
FROM star.dim_variant
WHERE experiment_key <> 0
GROUP BY experiment_key
-- Shares are binary fractions, which need not add up to the last digit.
HAVING min(allocation) < 0 OR max(allocation) > 1 OR sum(allocation) > 1.000001
ORDER BY experiment_key
