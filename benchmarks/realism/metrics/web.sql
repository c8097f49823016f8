-- Where visits land, what is searched, and what recommendations do.
WITH visits AS (
    SELECT
        visit.session_id,
        visit.is_bounce,
        visit.is_converted,
        page.page_type,
        channel.channel,
        coalesce(campaign.campaign_type, '') = 'Brand' AS is_brand
    FROM star.fact_session AS visit
    INNER JOIN star.dim_page AS page ON page.page_key = visit.landing_page_key
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = visit.campaign_key
),

landings AS (
    SELECT
        avg(CASE WHEN page_type = 'product' THEN 1.0 ELSE 0.0 END) FILTER (WHERE channel = 'Paid Search' AND NOT is_brand)
            AS paid_search_lands_on_products,
        avg(CASE WHEN page_type = 'home' THEN 1.0 ELSE 0.0 END) FILTER (WHERE channel = 'Direct') AS direct_lands_at_home,
        avg(CASE WHEN page_type = 'blog' THEN 1.0 ELSE 0.0 END) FILTER (WHERE channel = 'Organic Search') AS organic_lands_on_posts,
        avg(CASE WHEN is_bounce THEN 1.0 ELSE 0.0 END) FILTER (WHERE page_type = 'product')
        - avg(CASE WHEN is_bounce THEN 1.0 ELSE 0.0 END) FILTER (WHERE page_type = 'home') AS bounces_more_on_product_pages
    FROM visits
),

searched AS (
    SELECT
        avg(CASE WHEN search.session_id IS NULL THEN 0.0 ELSE 1.0 END) AS visits_that_search,
        avg(CASE WHEN visits.is_converted THEN 1.0 ELSE 0.0 END) FILTER (WHERE search.session_id IS NOT NULL)
        / nullif(avg(CASE WHEN visits.is_converted THEN 1.0 ELSE 0.0 END) FILTER (WHERE search.session_id IS NULL), 0)
            AS searchers_convert_more,
        avg(CASE WHEN search.found_nothing THEN 1.0 ELSE 0.0 END) FILTER (WHERE search.session_id IS NOT NULL) AS searches_without_result
    FROM visits
    LEFT JOIN (
        SELECT session_id, bool_or(found_nothing) AS found_nothing FROM main.searches GROUP BY session_id
    ) AS search ON search.session_id = visits.session_id
    WHERE NOT visits.is_bounce
),

terms AS (
    SELECT max(count) / sum(count) AS commonest_term
    FROM (SELECT term, CAST(count(*) AS DOUBLE) AS count FROM main.searches GROUP BY term)
),

lists AS (
    SELECT count(clicked_at) / CAST(nullif(count(DISTINCT session_id), 0) AS DOUBLE) AS lists_clicked
    FROM star.fact_recommendation
    WHERE NOT is_holdout
),

held AS (
    SELECT
        sum(lines) FILTER (WHERE NOT is_holdout) / CAST(count(*) FILTER (WHERE NOT is_holdout) AS DOUBLE)
        / nullif(sum(lines) FILTER (WHERE is_holdout) / CAST(count(*) FILTER (WHERE is_holdout) AS DOUBLE), 0)
        - 1 AS lines_that_lists_add
    FROM (
        SELECT orders.order_id, bool_or(list.is_holdout) AS is_holdout, count(DISTINCT line.order_line_id) AS lines
        FROM star.fact_order AS orders
        INNER JOIN star.fact_recommendation AS list ON list.session_id = orders.session_id
        INNER JOIN star.fact_order_line AS line ON line.order_id = orders.order_id
        GROUP BY orders.order_id
    )
)

SELECT
    NULL AS by_type,
    landings.*,
    searched.*,
    terms.*,
    lists.*,
    held.*
FROM landings
CROSS JOIN searched
CROSS JOIN terms
CROSS JOIN lists
CROSS JOIN held
