{# Removal at markov_order 2 and 3, which have many states: everybody walks on, once for each step that may be taken away, until no
   more than 1e-15 are still under way. Reads edges. #}
{% macro removal() %}
walks AS (
    SELECT CAST(0 AS BIGINT) AS turn, removed, '(start)' AS state, CAST(1 AS DOUBLE) AS weight
    FROM (
        -- To remove an end is to remove nothing on the way.
        SELECT DISTINCT CASE WHEN to_step IN ('(conversion)', '(gains)', '(losses)') THEN '(none)' ELSE to_step END AS removed
        FROM edges
        WHERE $markov_order > 1
    ) AS removals
    UNION ALL
    SELECT walkers.turn + 1, walkers.removed, edges.to_state, sum(walkers.weight * edges.weight)
    FROM (
        SELECT
            walks.*,
            sum(CASE WHEN state IN ('(conversion)', '(gains)', '(losses)') THEN 0 ELSE weight END) OVER () AS under_way
        FROM walks
    ) AS walkers
    INNER JOIN edges ON edges.from_state = walkers.state AND edges.to_step <> walkers.removed
    WHERE walkers.under_way > 1e-15 AND $markov_order > 1
    GROUP BY walkers.turn, walkers.removed, edges.to_state
),

arrivals AS (
    SELECT
        removed,
        coalesce(sum(CASE WHEN state = '(conversion)' THEN weight END), 0) AS conversions,
        coalesce(sum(CASE WHEN state = '(gains)' THEN weight END), 0) AS gains,
        coalesce(sum(CASE WHEN state = '(losses)' THEN weight END), 0) AS losses
    FROM walks
    GROUP BY removed
),

higher_order_removal AS (
    SELECT
        arrivals.removed AS step,
        greatest(everybody.conversions - arrivals.conversions, 0) AS conversions,
        greatest(everybody.gains - arrivals.gains, 0) AS gains,
        greatest(everybody.losses - arrivals.losses, 0) AS losses,
        everybody.conversions AS all_conversions,
        everybody.gains AS all_gains,
        everybody.losses AS all_losses
    FROM arrivals
    INNER JOIN arrivals AS everybody ON everybody.removed = '(none)'
    WHERE arrivals.removed <> '(none)'
)
{%- endmacro %}
