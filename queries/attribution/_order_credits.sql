-- Credit of each node, by model, month (or other period) and whether the order was the customer's first. Each path is shared out
-- once, however many orders it has; markov by path too, in the ratio of what is lost without each node.
{% include "attribution/_weights.sql" %},

{% include "attribution/_unattributed.sql" %},

{% include "attribution/_order_paths.sql" %},

dated AS (
    SELECT path_id, {{ period_start }} AS period_start, net_revenue, is_first_order
    FROM order_paths
),

dated_unattributed AS (
    SELECT {{ period_start }} AS period_start, net_revenue, is_first_order
    FROM unattributed
),

path_orders AS (
    SELECT
        path_id,
        period_start,
        is_first_order,
        count(*) AS conversions,
        CAST(sum(net_revenue) AS DECIMAL(18, 2)) AS revenue
    FROM dated
    GROUP BY path_id, period_start, is_first_order
),

order_credits AS MATERIALIZED (
    SELECT
        weights.model,
        weights.channel,
        weights.campaign_key,
        path_orders.period_start,
        path_orders.is_first_order,
        CAST(sum(weights.credit * path_orders.conversions) AS DECIMAL(38, 15)) AS conversions,
        CAST(sum(weights.credit * path_orders.revenue) AS DECIMAL(38, 15)) AS revenue
    FROM weights
    INNER JOIN path_orders ON path_orders.path_id = weights.path_id
    GROUP BY weights.model, weights.channel, weights.campaign_key, path_orders.period_start, path_orders.is_first_order
    UNION ALL
    SELECT
        asked.model,
        '(unattributed)',
        0,
        dated_unattributed.period_start,
        dated_unattributed.is_first_order,
        CAST(count(*) AS DECIMAL(38, 15)),
        CAST(sum(dated_unattributed.net_revenue) AS DECIMAL(38, 15))
    FROM dated_unattributed
    CROSS JOIN asked
    GROUP BY asked.model, dated_unattributed.period_start, dated_unattributed.is_first_order
)
