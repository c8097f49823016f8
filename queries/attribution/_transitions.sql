/*
[params]
markov_order = { type = "int", min = 1, max = 3, default = 1, doc = "Markov model: how many of the last touches the next one depends on." }
*/
-- How people move: from state to state (the last markov_order steps), to the order, or to nothing.
looked_back AS (
    SELECT
        place,
        path_length,
        label,
        max(label) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS one_before,
        max(label) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING) AS two_before,
        max(label) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 3 PRECEDING AND 3 PRECEDING) AS three_before,
        conversions,
        revenue,
        non_conversions
    FROM path_steps
    WHERE {{ markov_when }}
),

followed AS (
    SELECT
        looked_back.*,
        concat_ws(
            ' > ',
            CASE WHEN $markov_order >= 3 THEN two_before END,
            CASE WHEN $markov_order >= 2 THEN one_before END,
            label
        ) AS state,
        CASE
            WHEN place = 1 THEN '(start)'
            ELSE concat_ws(
                ' > ',
                CASE WHEN $markov_order >= 3 THEN three_before END,
                CASE WHEN $markov_order >= 2 THEN two_before END,
                one_before
            )
        END AS state_before
    FROM looked_back
),

-- Each step is a move, and the last is two more: to the order, and to nothing.
moves AS (
    SELECT
        CASE kind WHEN 'step' THEN state_before ELSE state END AS from_state,
        CASE kind WHEN 'step' THEN state ELSE kind END AS to_state,
        CASE kind WHEN 'step' THEN label ELSE kind END AS to_node,
        CASE kind
            WHEN 'step' THEN conversions + non_conversions WHEN '(conversion)' THEN conversions ELSE non_conversions
        END AS passages,
        CASE kind WHEN '(conversion)' THEN revenue ELSE 0 END AS revenue
    FROM followed
    CROSS JOIN (VALUES ('step'), ('(conversion)'), ('(null)')) AS kinds (kind)
    WHERE kind = 'step' OR place = path_length
),

counted_moves AS (
    SELECT from_state, to_state, to_node, sum(passages) AS passages, sum(revenue) AS revenue
    FROM moves
    GROUP BY from_state, to_state, to_node
    HAVING sum(passages) > 0
),

-- All ways out of a state in one row, for DuckDB 1.1 takes twice as long to plan with each window that stands on another.
ways_out AS (
    SELECT
        from_state,
        CAST(sum(passages) AS DOUBLE) AS all_passages,
        unnest(list({'to_state': to_state, 'to_node': to_node, 'passages': passages, 'revenue': revenue})) AS way
    FROM counted_moves
    GROUP BY from_state
),

transitions AS MATERIALIZED (
    SELECT
        from_state,
        way.to_state AS to_state,
        way.to_node AS to_node,
        way.passages AS passages,
        CAST(way.passages AS DOUBLE) / all_passages AS probability,
        CAST(way.revenue AS DOUBLE) / all_passages AS revenue_rate
    FROM ways_out
)
