{# Removal at markov_order 1, exact, by Kleene's algorithm: the weight of all ways from one state to another, with one more state
   let in between at each turn. All sums are of positive numbers, so nothing cancels. Reads edges. #}
{% macro removal() %}
-- Every pair of states needs a row. One reference to edges, for DuckDB before 1.3 computes a view's relations anew for each.
edge_pairs AS (
    SELECT from_state, to_state, weight, unnest(targets) AS target
    FROM (
        SELECT from_state, to_state, weight, list(DISTINCT to_state) OVER () AS targets
        FROM edges
        WHERE $markov_order = 1
    ) AS edges_with_targets
),

direct_ways AS (
    SELECT from_state, target AS to_state, sum(CASE WHEN target = to_state THEN weight ELSE 0 END) AS weight
    FROM edge_pairs
    GROUP BY from_state, target
),

ways AS (
    SELECT CAST(NULL AS VARCHAR) AS let_in, from_state, to_state, weight
    FROM direct_ways
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
                ways.*,
                min(CASE WHEN from_state <> '(start)' AND (let_in IS NULL OR from_state > let_in) THEN from_state END)
                OVER () AS next_in
            FROM ways
        ) AS turn
        WHERE next_in IS NOT NULL
    ) AS letting_in
),

-- Ways from the start, back to the step itself, and from it to the ends.
visits AS (
    SELECT
        CASE WHEN from_state = '(start)' THEN to_state ELSE from_state END AS step,
        sum(CASE WHEN from_state = '(start)' THEN weight END) AS arrivals,
        sum(CASE WHEN from_state = to_state THEN weight END) AS returns,
        sum(CASE WHEN from_state <> '(start)' AND to_state = '(conversion)' THEN weight END) AS conversions,
        sum(CASE WHEN from_state <> '(start)' AND to_state = '(gains)' THEN weight END) AS gains,
        sum(CASE WHEN from_state <> '(start)' AND to_state = '(losses)' THEN weight END) AS losses
    FROM (SELECT ways.*, max(let_in) OVER () AS last_in FROM ways) AS turns
    WHERE let_in = last_in AND (from_state = '(start)' OR from_state = to_state OR to_state IN ('(conversion)', '(gains)', '(losses)'))
    GROUP BY 1
),

-- Whoever passes through comes a first time, and has all that follows before them.
first_order_removal AS (
    SELECT step, conversions, gains, losses, all_conversions, all_gains, all_losses
    FROM (
        SELECT
            step,
            arrivals / (1 + coalesce(returns, 0)) * coalesce(conversions, 0) AS conversions,
            arrivals / (1 + coalesce(returns, 0)) * coalesce(gains, 0) AS gains,
            arrivals / (1 + coalesce(returns, 0)) * coalesce(losses, 0) AS losses,
            max(CASE WHEN step = '(conversion)' THEN arrivals END) OVER () AS all_conversions,
            max(CASE WHEN step = '(gains)' THEN arrivals END) OVER () AS all_gains,
            max(CASE WHEN step = '(losses)' THEN arrivals END) OVER () AS all_losses
        FROM visits
    ) AS passing
    WHERE step NOT IN ('(conversion)', '(gains)', '(losses)')
)
{%- endmacro %}
