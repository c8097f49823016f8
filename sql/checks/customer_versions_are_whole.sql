/*
doc      = "A customer with a history has exactly one current version, which is open-ended, and versions that neither overlap nor end before they start."
relation = "star.dim_customer_history"
severity = "error"
*/
WITH versions AS (
    SELECT
        *,
        lead(valid_from) OVER (PARTITION BY customer_key ORDER BY valid_from, customer_version_key) AS next_from,
        count(*) FILTER (WHERE is_current) OVER (PARTITION BY customer_key) AS current_versions
    FROM star.dim_customer_history
)

SELECT
    customer_key,
    customer_version_key,
    CASE
        WHEN current_versions <> 1 THEN current_versions || ' current versions'
        WHEN is_current <> (valid_until IS NULL) THEN 'is_current is ' || is_current || ', but valid_until says otherwise'
        WHEN valid_until <= valid_from THEN 'ends at ' || valid_until || ', not after its start at ' || valid_from
        ELSE 'overlaps with the version from ' || next_from
    END AS reason
FROM versions
WHERE
    current_versions <> 1
    OR is_current <> (valid_until IS NULL)
    OR valid_until <= valid_from
    OR (next_from IS NOT NULL AND (valid_until IS NULL OR valid_until > next_from))
ORDER BY customer_key, customer_version_key
