-- What is lost when nobody can pass through a node any more: the share of conversions, and of revenue.
{% include "attribution/_transitions.sql" %},

edges AS MATERIALIZED (
    SELECT from_state, to_state, to_node, probability AS weight
    FROM transitions
    WHERE to_state <> '(null)'
    UNION ALL
    SELECT from_state, '(revenue)', '(revenue)', revenue_rate
    FROM transitions
    WHERE to_state = '(conversion)'
),

-- First order: the weight of all ways from i to j, with one more state let in between at each step (Kleene). 0 is the
-- start, the last two columns are the order and its revenue. All sums are of positive numbers, so nothing cancels.
numbers AS MATERIALIZED (
    SELECT to_node AS node, CAST(row_number() OVER (ORDER BY to_node) AS INTEGER) AS number
    FROM (SELECT DISTINCT to_node FROM edges WHERE to_node NOT IN ('(conversion)', '(revenue)'))
    WHERE $markov_order = 1
),

ends AS (
    SELECT node, number FROM numbers
    UNION ALL
    SELECT '(conversion)', max(number) + 1 FROM numbers
    UNION ALL
    SELECT '(revenue)', max(number) + 2 FROM numbers
),

closure_start AS (
    SELECT
        (SELECT max(number) FROM numbers) AS size,
        rows.number AS i,
        ends.number AS j,
        coalesce(edges.weight, 0) AS weight
    FROM (SELECT node, number FROM numbers UNION ALL SELECT '(start)', 0) AS rows
    CROSS JOIN ends
    LEFT JOIN edges ON edges.from_state = rows.node AND edges.to_state = ends.node
),

closure AS (
    SELECT 0 AS step, size, i, j, weight
    FROM closure_start
    UNION ALL
    SELECT step + 1, size, i, j, weight + coalesce(to_let_in * from_let_in / (1 - around), 0)
    FROM (
        SELECT
            closure.*,
            sum(CASE WHEN j = step + 1 THEN weight END) OVER (PARTITION BY i) AS to_let_in,
            sum(CASE WHEN i = step + 1 THEN weight END) OVER (PARTITION BY j) AS from_let_in,
            sum(CASE WHEN i = step + 1 AND j = step + 1 THEN weight END) OVER () AS around
        FROM closure
        WHERE step < size
    )
),

-- Those who reach the node and order after it: first visits, times what follows from there.
through_node AS MATERIALIZED (
    SELECT
        CASE WHEN i = 0 THEN j ELSE i END AS number,
        max(CASE WHEN i = 0 THEN weight END) AS visits,
        max(CASE WHEN i > 0 AND j = i THEN weight END) AS returns,
        max(CASE WHEN i > 0 AND j = size + 1 THEN weight END) AS conversions,
        max(CASE WHEN i > 0 AND j = size + 2 THEN weight END) AS revenue
    FROM closure
    WHERE step = size AND (i = 0 OR j = i OR j > size)
    GROUP BY 1
),

first_order AS (
    SELECT
        numbers.node,
        through_node.visits / (1 + through_node.returns) * through_node.conversions / nullif(conversion.visits, 0) AS effect,
        through_node.visits / (1 + through_node.returns) * through_node.revenue / nullif(revenue.visits, 0) AS revenue_effect
    FROM through_node
    INNER JOIN numbers ON numbers.number = through_node.number
    INNER JOIN through_node AS conversion ON conversion.number = (SELECT max(number) + 1 FROM numbers)
    INNER JOIN through_node AS revenue ON revenue.number = (SELECT max(number) + 2 FROM numbers)
),

-- Higher orders have many states: everyone walks on, once for each node taken away, until no more than 1e-15 are still
-- under way.
walks AS (
    SELECT 0 AS step, node AS removed, '(start)' AS state, CAST(1 AS DOUBLE) AS weight
    FROM (
        SELECT DISTINCT to_node AS node FROM edges WHERE to_node NOT IN ('(conversion)', '(revenue)')
        UNION ALL
        SELECT '(none)'
    )
    WHERE $markov_order > 1
    UNION ALL
    SELECT walkers.step + 1, walkers.removed, edges.to_state, sum(walkers.weight * edges.weight)
    FROM (
        SELECT
            walks.*,
            sum(CASE WHEN state IN ('(conversion)', '(revenue)') THEN 0 ELSE weight END) OVER () AS under_way
        FROM walks
    ) AS walkers
    INNER JOIN edges ON edges.from_state = walkers.state AND edges.to_node <> walkers.removed
    WHERE walkers.under_way > 1e-15
    GROUP BY walkers.step, walkers.removed, edges.to_state
),

arrived AS MATERIALIZED (
    SELECT
        removed,
        coalesce(sum(CASE WHEN state = '(conversion)' THEN weight END), 0) AS conversions,
        coalesce(sum(CASE WHEN state = '(revenue)' THEN weight END), 0) AS revenue
    FROM walks
    GROUP BY removed
),

node_effects AS MATERIALIZED (
    SELECT node AS label, effect, coalesce(revenue_effect, 0) AS revenue_effect
    FROM first_order
    UNION ALL
    SELECT
        removed,
        greatest(1 - conversions / nullif(all_conversions, 0), 0),
        coalesce(greatest(1 - revenue / nullif(all_revenue, 0), 0), 0)
    FROM (
        SELECT
            arrived.*,
            max(CASE WHEN removed = '(none)' THEN conversions END) OVER () AS all_conversions,
            max(CASE WHEN removed = '(none)' THEN revenue END) OVER () AS all_revenue
        FROM arrived
    )
    WHERE removed <> '(none)'
),

removal_effects AS MATERIALIZED (
    SELECT nodes.node, node_effects.effect, node_effects.revenue_effect
    FROM node_effects
    INNER JOIN nodes ON nodes.label = node_effects.label
)
