{% include "attribution/_paths.sql" %},

{% include "attribution/_credited.sql" %},

{% include "attribution/_influenced.sql" %},

{% include "attribution/_unattributed.sql" %},

{% include "attribution/_spent.sql" %},

-- Each source of figures adds rows of its own, so that none is lost for want of a partner.
entries AS (
    SELECT
        credited.model, credited.channel, credited.campaign_key, credited.conversions, credited.revenue,
        0 AS influenced_conversions, 0 AS influenced_revenue, 0 AS touches, 0 AS spend
    FROM credited
    UNION ALL
    SELECT
        asked.model, influenced.channel, influenced.campaign_key, 0, 0,
        influenced.conversions, influenced.revenue, 0, 0
    FROM influenced
    CROSS JOIN asked
    UNION ALL
    SELECT asked.model, touched.channel, touched.campaign_key, 0, 0, 0, 0, touched.touches, 0
    FROM touched
    CROSS JOIN asked
    UNION ALL
    SELECT asked.model, spent.channel, {{ ledger_campaign }}, 0, 0, 0, 0, 0, spent.spend
    FROM spent
    CROSS JOIN asked
    UNION ALL
    SELECT asked.model, '(unattributed)', 0, CAST(count(unattributed.order_id) AS DOUBLE), CAST(coalesce(sum(unattributed.net_revenue), 0) AS DOUBLE), 0, 0, 0, 0
    FROM asked
    LEFT JOIN unattributed ON true
    GROUP BY asked.model
)
