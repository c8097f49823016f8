-- The path of each order, and where time decay is asked for the path of its own.
order_paths AS (
    SELECT
        journeys.*,
        CASE WHEN kinds.is_own THEN '(order ' || journeys.order_id || ')' ELSE CAST(journeys.nodes AS VARCHAR) END AS path_id
    FROM journeys
    CROSS JOIN (VALUES (false), (true)) AS kinds (is_own)
    WHERE NOT kinds.is_own OR {{ ages_when }}
)
