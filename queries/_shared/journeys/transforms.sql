/*
[params]
path_transform = { type = "list[choice]", of = ["none", "exposure", "first", "unique", "frequency", "remove_if_not_all", "remove_if_last_and_not_all", "trim"], default = ["none"], doc = "What is done to each path before it is weighted, one after the other, at most three: exposure keeps the first of adjacent repeats; first the first occurrence of each; unique the set, in alphabetical order; frequency the first occurrence, named channel(n) after its number; remove_if_not_all takes out transform_channel unless the path is nothing else; remove_if_last_and_not_all does so at the end of the path only; trim keeps the last trim_steps." }
transform_channel = { type = "str", default = "Direct", doc = "The channel that the transforms beginning with remove_ take out." }
trim_steps = { type = "int", min = 1, max = 1000000, default = 10, doc = "Steps that the transform trim keeps." }
lookback_steps = { type = "int", min = 0, max = 1000000, default = 0, doc = "Only the most recent touches of each path, this many, after path_transform; 0 is all." }
*/
{# What each transform keeps of a path, seen from one step of it:

   exposure                    the step, unless the one before is the same
   first                       the step's first occurrence
   unique                      the same, and the path goes by name from here on
   frequency                   the same, and the step has its number of occurrences in its name from here on
   remove_if_not_all           the step, unless it is of transform_channel and the path has others
   remove_if_last_and_not_all  the same, but only at the path's end
   trim                        the step, if it is among the last trim_steps

   Up to three are applied, one after the other; each adds the relations steps_seen_<n> and steps_kept_<n>. #}
{% macro passes(words) %}{{ [words | length, 3] | min if words | reject("equalto", "none") | list else 0 }}{% endmacro %}
{% macro last(source, words) %}{{ source if passes(words) == "0" else "steps_kept_" ~ passes(words) }}{% endmacro %}
{% macro transformed(source, words) %}
{% for pass in range(1, passes(words) | int + 1) %}
{% set before = source if pass == 1 else "steps_kept_" ~ (pass - 1) %}
steps_seen_{{ pass }} AS (
    SELECT
        {{ before }}.*,
        {% if pass == 1 and "frequency" in words %}
        CAST(NULL AS BIGINT) AS times,
        {% endif %}
        {% if "exposure" in words %}
        lag(step_key) OVER (PARTITION BY journey_id ORDER BY place) AS step_before,
        {% endif %}
        {% if "first" in words or "unique" in words or "frequency" in words %}
        row_number() OVER (PARTITION BY journey_id, step_key ORDER BY place) AS occurrence,
        {% endif %}
        {% if "frequency" in words %}
        count(*) OVER (PARTITION BY journey_id, step_key) AS occurrences,
        {% endif %}
        {% if "remove_if_not_all" in words or "remove_if_last_and_not_all" in words %}
        max(CASE WHEN channel <> $transform_channel THEN place END) OVER (PARTITION BY journey_id) AS last_other_place,
        {% endif %}
        row_number() OVER (PARTITION BY journey_id ORDER BY place DESC) AS place_from_end
    FROM {{ before }}
),

steps_kept_{{ pass }} AS (
    SELECT
        journey_id,
        touchpoint_id,
        days_before,
        step_key,
        channel,
        {% if "frequency" in words %}
        CASE WHEN list_extract($path_transform, {{ pass }}) = 'frequency' THEN coalesce(times, occurrences) ELSE times END AS times,
        {% endif %}
        {% if "unique" in words %}
        CASE WHEN list_extract($path_transform, {{ pass }}) = 'unique' THEN step_key ELSE place END AS place
        {% else %}
        place
        {% endif %}
    FROM steps_seen_{{ pass }}
    WHERE
        {% if words | length > 3 %}
        CASE WHEN array_length($path_transform) > 3 THEN error('path_transform takes at most three transforms') ELSE true END
        AND
        {% endif %}
        CASE list_extract($path_transform, {{ pass }})
            {% if "exposure" in words %}
            WHEN 'exposure' THEN step_before IS DISTINCT FROM step_key
            {% endif %}
            {% for word in ["first", "unique", "frequency"] if word in words %}
            WHEN '{{ word }}' THEN occurrence = 1
            {% endfor %}
            {% if "remove_if_not_all" in words %}
            WHEN 'remove_if_not_all' THEN channel <> $transform_channel OR last_other_place IS NULL
            {% endif %}
            {% if "remove_if_last_and_not_all" in words %}
            WHEN 'remove_if_last_and_not_all' THEN place <= last_other_place OR last_other_place IS NULL
            {% endif %}
            {% if "trim" in words %}
            WHEN 'trim' THEN place_from_end <= $trim_steps
            {% endif %}
            ELSE true
        END
),

{% endfor %}
{% endmacro %}

{# source: journey_id, touchpoint_id, days_before, step_key, channel and place, which gives the order. Reads known_steps. #}
{% macro journey_steps(source, path_transform) %}
{{ transformed(source, path_transform) }}
numbered_steps AS (
    SELECT
        kept_touches.*,
        row_number() OVER (PARTITION BY journey_id ORDER BY place) AS number,
        count(*) OVER (PARTITION BY journey_id) AS steps
    FROM {{ last(source, path_transform) }} AS kept_touches
),

-- A step is a channel or a campaign{{ ", and after the transform frequency also how often it came" if "frequency" in path_transform }}.
journey_steps AS MATERIALIZED (
    SELECT
        numbered_steps.journey_id,
        numbered_steps.touchpoint_id,
        numbered_steps.days_before,
        CASE WHEN $lookback_steps = 0 THEN number ELSE number - greatest(steps - $lookback_steps, 0) END AS place,
        CASE WHEN $lookback_steps = 0 THEN steps ELSE least(steps, $lookback_steps) END AS path_length,
        known_steps.step_key,
        known_steps.channel,
        known_steps.campaign_key,
        {% if "frequency" in path_transform %}
        numbered_steps.times,
        CASE WHEN numbered_steps.times IS NULL THEN known_steps.step ELSE known_steps.step || '(' || numbered_steps.times || ')' END AS step,
        {% else %}
        known_steps.step,
        {% endif %}
        known_steps.is_direct,
        known_steps.is_paid
    FROM numbered_steps
    INNER JOIN known_steps ON known_steps.step_key = numbered_steps.step_key
    WHERE $lookback_steps = 0 OR number > steps - $lookback_steps
)
{%- endmacro %}
