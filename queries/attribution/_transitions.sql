/*
[params]
markov_order = { type = "int", min = 1, max = 3, default = 1, doc = "Markov model: how many of the last touches the next one depends on." }
*/
-- How people move: from state to state (the last markov_order steps), to the order, or to nothing.
states AS MATERIALIZED (
    SELECT
        path_steps.path_id,
        path_steps.place,
        nodes.label,
        concat_ws(
            ' > ',
            CASE WHEN $markov_order >= 3 THEN max(nodes.label) OVER two_before END,
            CASE WHEN $markov_order >= 2 THEN lag(nodes.label) OVER in_order END,
            nodes.label
        ) AS state,
        path_steps.conversions,
        path_steps.revenue,
        path_steps.non_conversions
    FROM path_steps
    INNER JOIN nodes ON nodes.node = path_steps.node
    WHERE {{ markov_when }}
    WINDOW
        in_order AS (PARTITION BY path_steps.path_id ORDER BY path_steps.place),
        two_before AS (
            PARTITION BY path_steps.path_id ORDER BY path_steps.place ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING
        )
),

moves AS (
    SELECT
        coalesce(lag(state) OVER in_order, '(start)') AS from_state,
        state AS to_state,
        label AS to_node,
        conversions + non_conversions AS passages,
        CAST(0 AS DECIMAL(18, 2)) AS revenue
    FROM states
    WINDOW in_order AS (PARTITION BY path_id ORDER BY place)
    UNION ALL
    SELECT state, outcome, outcome, CASE outcome WHEN '(conversion)' THEN conversions ELSE non_conversions END, CASE outcome WHEN '(conversion)' THEN revenue ELSE 0 END
    FROM (
        SELECT states.*, place = max(place) OVER (PARTITION BY path_id) AS is_last
        FROM states
    )
    CROSS JOIN (VALUES ('(conversion)'), ('(null)')) AS outcomes (outcome)
    WHERE is_last
),

transitions AS MATERIALIZED (
    SELECT
        from_state,
        to_state,
        to_node,
        sum(passages) AS passages,
        CAST(sum(passages) AS DOUBLE) / sum(sum(passages)) OVER (PARTITION BY from_state) AS probability,
        CAST(sum(revenue) AS DOUBLE) / sum(sum(passages)) OVER (PARTITION BY from_state) AS revenue_rate
    FROM moves
    GROUP BY from_state, to_state, to_node
    HAVING sum(passages) > 0
)
