/*
doc      = "No two members of a dimension share their natural identifier, and only the unknown member (key 0) is called (unknown)."
relation = "star"
severity = "error"
*/
WITH members AS (
    SELECT 'star.dim_customer' AS relation, customer_key AS member_key, customer_id AS natural_id FROM star.dim_customer
    UNION ALL
    SELECT 'star.dim_product', product_key, product_id FROM star.dim_product
    UNION ALL
    SELECT 'star.dim_channel', channel_key, channel FROM star.dim_channel
    UNION ALL
    SELECT 'star.dim_campaign', campaign_key, campaign_id FROM star.dim_campaign
    UNION ALL
    SELECT 'star.dim_experiment', experiment_key, experiment_id FROM star.dim_experiment
    UNION ALL
    SELECT 'star.dim_page', page_key, path FROM star.dim_page
)

SELECT relation, natural_id, 'shared by ' || count(*) || ' members' AS reason
FROM members
GROUP BY relation, natural_id
HAVING count(*) > 1
ORDER BY relation, natural_id
