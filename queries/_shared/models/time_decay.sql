/*
[params]
half_life_days = { type = "float", min = 0.0001, max = 3650, default = 7, doc = "Time decay model: days before the order at which a touch weighs half as much." }
*/
{# The later touch counts more. Reads journey_steps. #}
{% macro shares() %}
decayed_weights AS (
    SELECT
        journey_steps.*,
        main.fixed_point(
            power(2, (min(days_before) OVER (PARTITION BY journey_id) - days_before) / $half_life_days)
        ) AS weight
    FROM journey_steps
    WHERE days_before IS NOT NULL AND list_contains($model, 'time_decay')
),

time_decay_shares AS (
    SELECT
        'time_decay' AS model,
        journey_id,
        touchpoint_id,
        days_before,
        place,
        path_length,
        step,
        channel,
        campaign_key,
        main.ratio(weight, sum(weight) OVER (PARTITION BY journey_id)) AS share
    FROM decayed_weights
)
{%- endmacro %}
