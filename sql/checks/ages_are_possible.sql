/*
doc       = "Customers were born neither after they signed up, nor after the last order in the data, nor longer before it than people live."
relation  = "star.dim_customer"
severity  = "warn"
generated = "error"

[params]
oldest = { type = "int", default = 115, min = 1, doc = "The greatest age, in years, that is believed." }
*/
WITH today AS (
    SELECT CAST(max(ordered_at) AS DATE) AS today_on
    FROM star.fact_order
)

SELECT
    customer.customer_key,
    'born on ' || customer.birth_date || ', signed up at ' || coalesce(CAST(customer.signed_up_at AS VARCHAR), '(unknown)') AS reason
FROM star.dim_customer AS customer
CROSS JOIN today
WHERE
    customer.birth_date >= customer.signed_up_at
    OR customer.birth_date > today.today_on
    OR year(coalesce(today.today_on, CAST(customer.signed_up_at AS DATE))) - year(customer.birth_date) > $oldest
ORDER BY customer.customer_key
