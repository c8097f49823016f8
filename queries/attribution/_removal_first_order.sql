-- First order, exact: the weight of all ways from one state to another, with one more state let in between at each turn
-- (Kleene's algorithm). All sums are of positive numbers, so nothing cancels. Every pair of states needs a row.
edge_pairs AS (
    SELECT from_state, to_state, weight, unnest(targets) AS target
    FROM (
        SELECT from_state, to_state, weight, list(DISTINCT to_state) OVER () AS targets
        FROM edges
        WHERE $markov_order = 1
    )
),

closure_start AS (
    SELECT from_state, target AS to_state, max(CASE WHEN target = to_state THEN weight ELSE 0 END) AS weight
    FROM edge_pairs
    GROUP BY from_state, target
),

closure AS (
    SELECT CAST(NULL AS VARCHAR) AS let_in, from_state, to_state, weight
    FROM closure_start
    UNION ALL
    SELECT next_in, from_state, to_state, weight + coalesce(to_it * from_it / (1 - around_it), 0)
    FROM (
        SELECT
            turn.*,
            sum(CASE WHEN to_state = next_in THEN weight END) OVER (PARTITION BY from_state) AS to_it,
            sum(CASE WHEN from_state = next_in THEN weight END) OVER (PARTITION BY to_state) AS from_it,
            sum(CASE WHEN from_state = next_in AND to_state = next_in THEN weight END) OVER () AS around_it
        FROM (
            SELECT
                closure.*,
                min(CASE WHEN from_state <> '(start)' AND (let_in IS NULL OR from_state > let_in) THEN from_state END)
                OVER () AS next_in
            FROM closure
        ) AS turn
        WHERE next_in IS NOT NULL
    ) AS letting_in
),

-- Ways from the start, back to the step itself, and from it to the end.
through AS (
    SELECT
        CASE WHEN from_state = '(start)' THEN to_state ELSE from_state END AS label,
        sum(CASE WHEN from_state = '(start)' THEN weight END) AS visits,
        sum(CASE WHEN from_state = to_state THEN weight END) AS returns,
        sum(CASE WHEN from_state <> '(start)' AND to_state = '(conversion)' THEN weight END) AS conversions,
        sum(CASE WHEN from_state <> '(start)' AND to_state = '(revenue)' THEN weight END) AS revenue
    FROM (SELECT closure.*, max(let_in) OVER () AS last_in FROM closure) AS turns
    WHERE let_in = last_in AND (from_state = '(start)' OR from_state = to_state OR to_state IN ('(conversion)', '(revenue)'))
    GROUP BY 1
),

-- Whoever passes through comes a first time, and has all that follows before them.
first_order AS (
    SELECT label, effect, revenue_effect
    FROM (
        SELECT
            label,
            visits / (1 + coalesce(returns, 0)) * coalesce(conversions, 0)
            / nullif(max(CASE WHEN label = '(conversion)' THEN visits END) OVER (), 0) AS effect,
            visits / (1 + coalesce(returns, 0)) * coalesce(revenue, 0)
            / nullif(max(CASE WHEN label = '(revenue)' THEN visits END) OVER (), 0) AS revenue_effect
        FROM through
    )
    WHERE label NOT IN ('(conversion)', '(revenue)')
)
