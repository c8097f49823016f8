/*
doc   = "A touch and the person it belongs to, where all paths begin. A touch belongs to its customer_key or, where that is 0, to the customer whom bridge_visitor knows for its browser; else to an anonymous browser, or to nobody."
grain = ["touchpoint_id"]

[columns]
touchpoint_id = "Touch, as in star.fact_touchpoint. Breaks ties between touches of the same moment."
customer_key = "Customer, 0 when nobody knows who it was."
anonymous_id = "Browser of an unknown person. NULL for customers, and for touches without a browser: those belong to nobody."
touched_at = "Moment of the touch, in the warehouse's zone."
channel_key = "Channel of the touch."
campaign_key = "Campaign of the touch, or 0."
touch_type = "How the person came into contact."
session_id = "Visit to which the touch led. NULL when it led to none."
*/
WITH identified_touches AS (
    SELECT
        touchpoint_id, customer_key, CAST(NULL AS BIGINT) AS anonymous_id, touched_at, channel_key, campaign_key,
        touch_type, session_id
    FROM star.fact_touchpoint
    WHERE customer_key <> 0
),

known_visitors AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE customer_key <> 0
),

-- Unidentified touches alone go through the bridge, so that the many identified ones keep a plain scan.
unidentified_touches AS (
    SELECT
        touch.touchpoint_id,
        coalesce(known_visitors.customer_key, 0) AS customer_key,
        CASE WHEN known_visitors.customer_key IS NULL THEN touch.visitor_id END AS anonymous_id,
        touch.touched_at,
        touch.channel_key,
        touch.campaign_key,
        touch.touch_type,
        touch.session_id
    FROM star.fact_touchpoint AS touch
    LEFT JOIN known_visitors ON known_visitors.visitor_id = touch.visitor_id
    WHERE touch.customer_key = 0
)

SELECT * FROM identified_touches
UNION ALL
SELECT * FROM unidentified_touches
