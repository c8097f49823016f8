/*
doc      = "Where customers, products or campaigns were ever loaded from a list of them, no more than a share are known only because a fact names them. More means that a list is old, or writes identifiers in another way."
relation = "star"
severity = "warn"

[params]
share = { type = "float", default = 0.1, min = 0, max = 1, doc = "The share of members without a description that is allowed." }
*/
WITH members AS (
    SELECT 'star.dim_customer' AS relation, customer_id AS natural_id, is_placeholder
    FROM star.dim_customer
    WHERE customer_key <> 0
    UNION ALL
    SELECT 'star.dim_product', product_id, is_placeholder
    FROM star.dim_product
    WHERE product_key <> 0
    UNION ALL
    SELECT 'star.dim_campaign', campaign_id, is_placeholder
    FROM star.dim_campaign
    WHERE campaign_key <> 0
)

SELECT
    relation,
    count(*) FILTER (WHERE is_placeholder) || ' of ' || count(*) || ' are only named, such as '
    || min(natural_id) FILTER (WHERE is_placeholder) AS reason
FROM members
GROUP BY relation
HAVING count(*) FILTER (WHERE NOT is_placeholder) > 0 AND count(*) FILTER (WHERE is_placeholder) > $share * count(*)
ORDER BY relation
