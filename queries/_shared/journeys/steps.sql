/*
[params]
lookback_days = { type = "float", min = 0, max = 3650, default = 30, doc = "Elapsed days before the order within which a touch counts, inclusive." }
cycle = { type = "bool", default = false, doc = "Whether a touch belongs to the customer's next order only (that order may lie outside the range), rather than to every order within whose lookback it lies." }
path_grain = { type = "choice", of = ["touch", "session"], default = "touch", doc = "Whether each touch is a step of the path, or the touches of one session are one step, the first." }
*/
{% import "_shared/journeys/null_paths.sql" as people %}
{% import "_shared/journeys/transforms.sql" as transforms %}
{# Reads conversions, known_steps, touches. path_transform: the words chosen. null_paths: SQL condition under which the paths of
   people without an order are known too; "false" leaves them out altogether. #}
{% macro journey_steps(path_transform, null_paths="false") %}
{% if null_paths != "false" %}
{{ people.null_journeys(null_paths) }},

{% endif %}
-- The touches before each order.
order_touches AS (
    SELECT
        conversions.order_id AS journey_id,
        touches.touchpoint_id,
        touches.touched_at,
        touches.session_id,
        main.elapsed_days(touches.touched_at, conversions.ordered_at) AS days_before,
        touches.step_key,
        touches.channel
    FROM touches
    INNER JOIN conversions
        ON conversions.customer_key = touches.customer_key
        AND conversions.anonymous_id IS NOT DISTINCT FROM touches.anonymous_id
        AND conversions.ordered_at >= touches.touched_at
    WHERE
        (touches.customer_key <> 0 OR touches.anonymous_id IS NOT NULL)
        AND main.elapsed_days(touches.touched_at, conversions.ordered_at) <= $lookback_days
        AND (NOT $cycle OR conversions.previous_ordered_at IS NULL OR touches.touched_at > conversions.previous_ordered_at)
),

journey_touches AS (
    SELECT
        journey_id,
        touchpoint_id,
        days_before,
        step_key,
        channel,
        row_number() OVER (PARTITION BY journey_id ORDER BY touched_at, touchpoint_id) AS place
    {% if null_paths == "false" %}
    FROM order_touches
    {% else %}
    FROM (SELECT * FROM order_touches UNION ALL SELECT * FROM null_touches) AS every_touch
    {% endif %}
    QUALIFY
        $path_grain = 'touch'
        OR session_id IS NULL
        OR row_number() OVER (PARTITION BY journey_id, session_id ORDER BY touched_at, touchpoint_id) = 1
),

{{ transforms.journey_steps("journey_touches", path_transform) }}
{%- endmacro %}
