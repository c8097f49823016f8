/*
[params]
markov_order = { type = "int", min = 1, max = 3, default = 1, doc = "Markov model: how many of the last touches the next one depends on." }
*/
-- How people move: from state to state (the last markov_order steps), to the order, or to nothing.
states AS (
    SELECT
        path_id,
        place,
        path_length,
        label,
        concat_ws(
            ' > ',
            CASE
                WHEN $markov_order >= 3
                    THEN max(label) OVER (PARTITION BY path_id ORDER BY place ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING)
            END,
            CASE WHEN $markov_order >= 2 THEN lag(label) OVER (PARTITION BY path_id ORDER BY place) END,
            label
        ) AS state,
        conversions,
        revenue,
        non_conversions
    FROM path_steps
    WHERE {{ markov_when }}
),

followed AS (
    SELECT states.*, coalesce(lag(state) OVER (PARTITION BY path_id ORDER BY place), '(start)') AS state_before
    FROM states
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
