-- Orders that each channel or campaign touched at all, each counted whole by all that touched it.
on_paths AS (
    SELECT
        path_id,
        channel,
        campaign_key,
        min(conversions) AS conversions,
        min(revenue) AS revenue,
        min(conversions) * count(*) AS touches
    FROM path_steps
    WHERE conversions > 0
    GROUP BY path_id, channel, campaign_key
),

influenced AS (
    SELECT
        channel,
        campaign_key,
        sum(conversions) AS conversions,
        sum(revenue) AS revenue,
        sum(touches) AS touches
    FROM on_paths
    GROUP BY channel, campaign_key
)
