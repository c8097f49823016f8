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
    INNER JOIN (SELECT * FROM edges WHERE $markov_order > 1) AS edges
        ON edges.from_state = walkers.state AND edges.to_step <> walkers.removed
    WHERE walkers.under_way > 1e-15
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
        removed AS step,
        greatest(all_conversions - conversions, 0) AS conversions,
        greatest(all_gains - gains, 0) AS gains,
        greatest(all_losses - losses, 0) AS losses,
        all_conversions,
        all_gains,
        all_losses
    FROM (
        SELECT
            arrivals.*,
            max(CASE WHEN removed = '(none)' THEN conversions END) OVER () AS all_conversions,
            max(CASE WHEN removed = '(none)' THEN gains END) OVER () AS all_gains,
            max(CASE WHEN removed = '(none)' THEN losses END) OVER () AS all_losses
        FROM arrivals
    ) AS removals
    WHERE removed <> '(none)'
)
{%- endmacro %}
