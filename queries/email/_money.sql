{# campaign_totals with the orders and the revenue of each campaign: credited where its mails are known, else claimed by the tool. Reads credited_orders and campaign_totals. #}
{% macro campaign_money() %}
campaign_credits AS (
    SELECT credited_orders.campaign_key, count(*) AS conversions, sum(credited_orders.net_revenue) AS revenue
    FROM credited_orders
    INNER JOIN star.fact_email AS mail ON mail.email_id = credited_orders.email_id
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY credited_orders.campaign_key
),

-- Without any orders in the warehouse it is not known what the mails brought.
known_orders AS (
    SELECT count(*) > 0 AS has_orders
    FROM (SELECT 1 FROM star.fact_order LIMIT 1) AS first_order
),

campaign_money AS (
    SELECT
        credited.*,
        coalesce(conversions, platform_orders) AS orders,
        coalesce(credited_revenue, platform_revenue) AS revenue
    FROM (
        SELECT
            totals.*,
            CASE WHEN totals.counted_from = 'mails' AND known_orders.has_orders THEN coalesce(credits.conversions, 0) END AS conversions,
            CASE WHEN totals.counted_from = 'mails' AND known_orders.has_orders THEN coalesce(credits.revenue, 0) END AS credited_revenue
        FROM campaign_totals AS totals
        CROSS JOIN known_orders
        LEFT JOIN campaign_credits AS credits ON credits.campaign_key = totals.campaign_key
    ) AS credited
)
{%- endmacro %}
