/*
doc       = "What is counted is not negative, and what is bought or sent back is at least one unit."
relation  = "star"
severity  = "warn"
generated = "error"
*/
SELECT 'star.fact_order_line' AS relation, order_line_id AS id, 'quantity ' || quantity AS reason
FROM star.fact_order_line
WHERE quantity < 1
UNION ALL
SELECT 'star.fact_return', return_id, 'quantity ' || quantity
FROM star.fact_return
WHERE quantity < 1
UNION ALL
SELECT 'star.fact_order', order_id, 'item_count ' || item_count
FROM star.fact_order
WHERE item_count < 0
UNION ALL
SELECT 'star.fact_session', session_id, 'page_views ' || page_views || ', duration_seconds ' || duration_seconds
FROM star.fact_session
WHERE least(page_views, duration_seconds) < 0
UNION ALL
SELECT 'star.fact_email', email_id, 'open_count ' || open_count || ', click_count ' || click_count
FROM star.fact_email
WHERE least(open_count, click_count) < 0
UNION ALL
SELECT
    'star.fact_ad_spend',
    campaign_key,
    'on ' || date_key || ' impressions ' || impressions || ', clicks ' || clicks || ', leads ' || leads
FROM star.fact_ad_spend
WHERE least(impressions, clicks, leads, platform_conversions) < 0
UNION ALL
SELECT 'star.fact_social_post', post_id, 'impressions, reach or a count of reactions is below zero'
FROM star.fact_social_post
WHERE least(impressions, reach, likes, comments, shares, clicks, video_views) < 0
UNION ALL
SELECT 'star.fact_content', content_id, 'on ' || date_key || ' views ' || views || ', downloads ' || downloads
FROM star.fact_content
WHERE least(views, downloads, leads) < 0
UNION ALL
SELECT 'star.fact_inventory', product_key, 'on ' || date_key || ' sold ' || sold
FROM star.fact_inventory
WHERE sold < 0
UNION ALL
SELECT 'star.fact_customer_snapshot', customer_key, 'on ' || snapshot_on || ' days, visits or purchases are below zero'
FROM star.fact_customer_snapshot
WHERE least(recency_days, web_visits, purchases_deal, purchases_web, purchases_catalog, purchases_store) < 0
ORDER BY 1, 2, 3
