/*
doc      = "No two customers have the same email address, whatever its case. They may be one person with two accounts, so this is only a warning."
relation = "star.dim_customer"
severity = "warn"
*/
SELECT lower(trim(email)) AS email, count(*) || ' customers have this address' AS reason
FROM star.dim_customer
WHERE customer_key <> 0 AND email IS NOT NULL
GROUP BY lower(trim(email))
HAVING count(*) > 1
ORDER BY 1
