/*
[params]
include_null_paths = { type = "bool", default = true, doc = "Whether the paths of people who did not order in the range are known to the models that learn from them (markov, counterfactual, shapley by rate). The path of such a person is the lookback before the last touch in the range." }
*/
{# Reads touches, known_steps, conversions. null_paths: SQL condition under which somebody learns from these people. #}
{% macro null_journeys(null_paths) %}
-- Those who did not order, with their last touch in the range.
people_without_order AS (
    SELECT customer_key, anonymous_id, max(touched_at) AS last_touched_at, count(*) AS touches, min(step_key) AS step_key
    FROM touches
    WHERE
        $include_null_paths
        AND {{ null_paths }}
        AND ($until IS NULL OR touched_at < $until)
        AND (customer_key <> 0 OR anonymous_id IS NOT NULL)
        AND customer_key NOT IN (SELECT customer_key FROM conversions WHERE customer_key <> 0)
        AND (anonymous_id IS NULL OR anonymous_id NOT IN (SELECT anonymous_id FROM conversions WHERE anonymous_id IS NOT NULL))
    GROUP BY customer_key, anonymous_id
    HAVING $start IS NULL OR max(touched_at) >= $start
),

-- Most of them came once: there can be tens of millions of these, so that all who came to one step are one journey.
null_journeys AS MATERIALIZED (
    SELECT -row_number() OVER (ORDER BY groups.customer_key, groups.anonymous_id, groups.step_key) AS journey_id, groups.*
    FROM (
        SELECT
            CASE WHEN touches > 1 THEN customer_key END AS customer_key,
            CASE WHEN touches > 1 THEN anonymous_id END AS anonymous_id,
            CASE WHEN touches > 1 THEN last_touched_at END AS last_touched_at,
            CASE WHEN touches = 1 THEN step_key END AS step_key,
            count(*) AS people
        FROM people_without_order
        GROUP BY 1, 2, 3, 4
    ) AS groups
),

null_touches AS (
    SELECT
        null_journeys.journey_id,
        touches.touchpoint_id,
        touches.touched_at,
        touches.session_id,
        CAST(NULL AS DOUBLE) AS days_before,
        touches.step_key,
        touches.channel
    FROM null_journeys
    INNER JOIN touches
        ON touches.customer_key = null_journeys.customer_key
        AND touches.anonymous_id IS NOT DISTINCT FROM null_journeys.anonymous_id
        AND touches.touched_at <= null_journeys.last_touched_at
    WHERE main.elapsed_days(touches.touched_at, null_journeys.last_touched_at) <= $lookback_days
    UNION ALL
    SELECT null_journeys.journey_id, NULL, NULL, NULL, NULL, known_steps.step_key, known_steps.channel
    FROM null_journeys
    INNER JOIN known_steps ON known_steps.step_key = null_journeys.step_key
)
{%- endmacro %}
