/*
doc       = "An email address has one @, something before it, and after it a domain with a dot. Nothing can be sent to others."
relation  = "star.dim_customer"
severity  = "warn"
generated = "error"
*/
SELECT customer_key, email, 'is no address' AS reason
FROM star.dim_customer
WHERE NOT regexp_full_match(email, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+')
ORDER BY customer_key
