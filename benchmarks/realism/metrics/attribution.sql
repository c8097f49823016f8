-- Who gets the credit by the last touch (the source of the visit that held the order), beside who caused it: `truth.order_cause`.
-- Shares are of the orders that were placed in a visit.
WITH credited AS (
    SELECT
        orders.order_id,
        channels.channel,
        campaigns.campaign_type = 'Brand' AS is_brand
    FROM star.fact_order AS orders
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = orders.channel_key
    INNER JOIN star.dim_campaign AS campaigns ON campaigns.campaign_key = orders.campaign_key
),

caused AS (
    SELECT
        causes.order_id,
        causes.cause,
        channels.channel
    FROM truth.order_cause AS causes
    INNER JOIN star.dim_channel AS channels ON channels.channel_key = causes.channel_key
)

SELECT
    NULL AS by_type,
    cast(count(*) FILTER (WHERE credited.channel IN ('Organic Search', 'Paid Search')) AS DOUBLE) / count(*) FILTER (WHERE credited.channel <> '(unknown)') AS search_share_of_orders,
    cast(count(*) FILTER (WHERE credited.channel = 'Direct') AS DOUBLE) / count(*) FILTER (WHERE credited.channel <> '(unknown)') AS direct_share_of_orders,
    cast(count(*) FILTER (WHERE credited.channel = 'Email') AS DOUBLE) / count(*) FILTER (WHERE credited.channel <> '(unknown)') AS email_share_of_orders,
    cast(count(*) FILTER (WHERE credited.channel = 'Paid Social' OR credited.channel = 'Organic Social') AS DOUBLE) / count(*) FILTER (WHERE credited.channel <> '(unknown)')
        AS social_share_of_orders,
    cast(count(*) FILTER (WHERE credited.is_brand AND NOT (caused.cause = 'touch' AND caused.channel = 'Paid Search')) AS DOUBLE)
    / nullif(count(*) FILTER (WHERE credited.is_brand), 0) AS brand_search_orders_not_caused,
    cast(count(*) FILTER (WHERE caused.cause = 'touch') AS DOUBLE) / count(*) AS orders_caused_by_marketing,
    cast(count(*) FILTER (WHERE credited.channel = 'Paid Social') AS DOUBLE)
    / nullif(count(*) FILTER (WHERE caused.cause = 'touch' AND caused.channel = 'Paid Social'), 0) AS paid_social_credited_to_caused,
    (
        SELECT cast(sum(spend.platform_conversions) AS DOUBLE) FROM star.fact_ad_spend AS spend
    ) / nullif(
        (
            SELECT count(*)
            FROM truth.order_cause AS causes
            INNER JOIN (SELECT DISTINCT campaign_key FROM star.fact_ad_spend) AS paid ON paid.campaign_key = causes.campaign_key
        ), 0
    ) AS claimed_to_caused
FROM credited
INNER JOIN caused ON caused.order_id = credited.order_id
