-- Orders that each channel or campaign touched at all, each counted whole by all that touched it.
on_paths AS (
    SELECT
        path_id,
        channel,
        campaign_key,
        min(conversions) AS conversions,
        min(revenue) AS revenue
    FROM path_steps
    WHERE conversions > 0
    GROUP BY path_id, channel, campaign_key
),

influenced AS (
    SELECT
        channel,
        campaign_key,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue
    FROM on_paths
    GROUP BY channel, campaign_key
),

touched AS (
    SELECT known_nodes.channel, known_nodes.campaign_key, count(DISTINCT steps.touchpoint_id) AS touches
    FROM steps
    INNER JOIN known_nodes ON known_nodes.node = steps.node % 1000000000
    WHERE steps.order_id IS NOT NULL
    GROUP BY known_nodes.channel, known_nodes.campaign_key
)
