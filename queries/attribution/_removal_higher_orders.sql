-- Higher orders have many states: everybody walks on, once for each step that may be taken away, until no more than 1e-15
-- are still under way.
walks AS (
    SELECT CAST(0 AS BIGINT) AS turn, to_node AS removed, '(start)' AS state, CAST(1 AS DOUBLE) AS weight
    FROM (
        -- To remove an end is to remove nothing on the way.
        SELECT DISTINCT CASE WHEN to_node IN ('(conversion)', '(revenue)') THEN '(none)' ELSE to_node END AS to_node
        FROM edges
        WHERE $markov_order > 1
    )
    UNION ALL
    SELECT walkers.turn + 1, walkers.removed, edges.to_state, sum(walkers.weight * edges.weight)
    FROM (
        SELECT
            walks.*,
            sum(CASE WHEN state IN ('(conversion)', '(revenue)') THEN 0 ELSE weight END) OVER () AS under_way
        FROM walks
    ) AS walkers
    INNER JOIN edges ON edges.from_state = walkers.state AND edges.to_node <> walkers.removed
    WHERE walkers.under_way > 1e-15 AND $markov_order > 1
    GROUP BY walkers.turn, walkers.removed, edges.to_state
),

arrived AS (
    SELECT
        removed,
        coalesce(sum(CASE WHEN state = '(conversion)' THEN weight END), 0) AS conversions,
        coalesce(sum(CASE WHEN state = '(revenue)' THEN weight END), 0) AS revenue
    FROM walks
    GROUP BY removed
),

higher_orders AS (
    SELECT
        removed AS label,
        -- greatest() alone would make 0 of an unknown share.
        CASE WHEN all_conversions > 0 THEN greatest(1 - conversions / all_conversions, 0) END AS effect,
        CASE WHEN all_revenue > 0 THEN greatest(1 - revenue / all_revenue, 0) END AS revenue_effect
    FROM (
        SELECT
            arrived.*,
            max(CASE WHEN removed = '(none)' THEN conversions END) OVER () AS all_conversions,
            max(CASE WHEN removed = '(none)' THEN revenue END) OVER () AS all_revenue
        FROM arrived
    )
    WHERE removed <> '(none)'
)
