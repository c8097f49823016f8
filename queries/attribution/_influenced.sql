-- Orders that each channel or campaign touched at all, each counted whole by all that touched it.
on_paths AS (
    SELECT
        path_steps.path_id,
        nodes.channel,
        nodes.campaign_key,
        min(path_steps.conversions) AS conversions,
        min(path_steps.revenue) AS revenue,
        min(path_steps.conversions) * count(*) AS touches
    FROM path_steps
    INNER JOIN nodes ON nodes.node = path_steps.node
    WHERE path_steps.conversions > 0
    GROUP BY path_steps.path_id, nodes.channel, nodes.campaign_key
),

influenced AS MATERIALIZED (
    SELECT
        channel,
        campaign_key,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue,
        sum(touches) AS touches
    FROM on_paths
    GROUP BY channel, campaign_key
)
