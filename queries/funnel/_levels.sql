{# For each event of a step, the last entry from which it can be reached: all earlier ones have less of the window left. #}
{% import "funnel/_limits.sql" as limits with context %}
{% set last = steps_length %}

{# levels: unit_id, held, entry_place, step_number, spoilt_at, and the way there: at_2, at_3 and so on are the earliest moments from which
   the event can be reached, each from the one before it, whichever the entry. Of the entry's own way the steps are the later of these and of its own. #}
{% macro of_places() %}
{{ by_windows() if is_installed else by_joins() }}
{%- endmacro %}

{# The moments of the way to an event of a step, for a row of levels. #}
{% macro way(step) %}
{% for j in range(2, last + 1) %}
{{ "moment" if j == step else "at_%d" % j if j < step else "CAST(NULL AS BIGINT)" }} AS at_{{ j }}{{ "" if loop.last else ", " }}
{%- endfor %}
{%- endmacro %}

{% macro by_joins() %}
level_1 AS (
    SELECT
        unit_id,
        held,
        place,
        moment,
        place AS entry_place,
        moment AS entered_at,
        {{ "last_1" if step_order == "ordered" else "moment" }} AS last_1,
        {{ "until_1" if limits.has_exclusions else "CAST(NULL AS BIGINT)" }} AS spoilt_at
    FROM places
    WHERE fits & 1 <> 0
),

{% for k in range(2, last + 1) %}
level_{{ k }} AS (
    SELECT
        later.unit_id,
        later.held,
        later.place,
        later.moment,
        max(earlier.entry_place) AS entry_place,
        max(earlier.entered_at) AS entered_at,
        {% for j in range(2, k) %}
        min(earlier.{{ "moment" if j == k - 1 else "at_%d" % j }}) AS at_{{ j }},
        {% endfor %}
        {{ "max(later.until_%d)" % k if limits.has_exclusions and k < last else "CAST(NULL AS BIGINT)" }} AS spoilt_at
    {% if step_order == "strict" %}
    FROM level_{{ k - 1 }} AS earlier
    INNER JOIN places AS later
        ON later.unit_id = earlier.unit_id
        AND later.held = earlier.held
        AND later.place = earlier.place + 1
    {% else %}
    -- A step and the one before lie in spans of the window's length next to each other: long histories are not held against themselves as a whole.
    FROM (
        SELECT step.*, step.moment // {{ limits.window_length }} + spans.next AS span
        FROM level_{{ k - 1 }} AS step
        CROSS JOIN (VALUES (0), (1)) AS spans (next)
    ) AS earlier
    INNER JOIN places AS later
        ON later.unit_id = earlier.unit_id
        AND later.held = earlier.held
        AND later.moment // {{ limits.window_length }} = earlier.span
        {% if limits.has_exclusions %}
        AND (later.after_{{ k - 1 }} IS NULL OR earlier.moment >= later.after_{{ k - 1 }})
        {% endif %}
    {% endif %}
        AND later.moment - earlier.moment >= {{ limits.least_gap }}
        AND later.moment - earlier.moment <= {{ limits.greatest_gap }}
        AND later.moment - earlier.entered_at <= {{ limits.window_length }}
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY later.unit_id, later.held, later.place, later.moment
),

{% endfor %}
{% if step_order == "ordered" %}
-- Where one attempt counts, of those that stay at the first step the last is enough.
{% endif %}
levels AS (
    SELECT unit_id, held, entry_place, 1 AS step_number, moment, spoilt_at, {{ way(1) }}
    FROM level_1
    {% if step_order == "ordered" %}
    WHERE NOT {{ limits.is_plain }} OR moment = last_1
    {% endif %}
    {% for k in range(2, last + 1) %}
    UNION ALL
    SELECT unit_id, held, entry_place, {{ k }} AS step_number, moment, spoilt_at, {{ way(k) }}
    FROM level_{{ k }}
    {% endfor %}
)
{%- endmacro %}

{# The same for what is installed: a window a step, so that each is referred to once. #}
{% macro by_windows() %}
passed_1 AS (
    SELECT
        places.*,
        CASE WHEN fits & 1 <> 0 THEN moment END AS entered_1{{ "," if step_order == "strict" else "" }}
        {% if step_order == "strict" %}
        lag(moment) OVER (PARTITION BY unit_id, held ORDER BY place) AS moment_before
        {% endif %}
    FROM places
),

{% for k in range(2, last + 1) %}
{% if step_order == "strict" %}
{% set frame = "ORDER BY place ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING" %}
{% set follows = " AND moment - moment_before BETWEEN " ~ limits.least_gap ~ " AND " ~ limits.greatest_gap %}
{% else %}
{% set frame = "ORDER BY moment RANGE BETWEEN " ~ limits.greatest_gap ~ " PRECEDING AND " ~ limits.least_gap ~ " PRECEDING" %}
{% set follows = "" %}
{% endif %}
{% set by = "unit_id, held" ~ (", coalesce(after_%d, -%s)" % (k - 1, limits.never) if limits.has_exclusions else "") %}
passed_{{ k }} AS (
    SELECT
        before_{{ k }}.*,
        CASE WHEN fits & {{ 2 ** (k - 1) }} <> 0 AND moment - entry_{{ k }} <= {{ limits.window_length }}{{ follows }} THEN entry_{{ k }} END AS entered_{{ k }}
    FROM (
        SELECT
            passed_{{ k - 1 }}.*,
            {% if k > 2 %}
            -- The earliest way there is that of the first event from which this one can be reached.
            arg_min({{ "list_append(way_%d, moment)" % (k - 1) if k > 3 else "[moment]" }}, CASE WHEN entered_{{ k - 1 }} IS NOT NULL THEN moment END) OVER before_{{ step_order }}_{{ k }} AS way_{{ k }},
            {% endif %}
            max(entered_{{ k - 1 }}) OVER before_{{ step_order }}_{{ k }} AS entry_{{ k }}
        FROM passed_{{ k - 1 }}
        WINDOW before_{{ step_order }}_{{ k }} AS (PARTITION BY {{ by }} {{ frame }})
    ) AS before_{{ k }}
),

{% endfor %}
levels AS (
    SELECT
        unit_id,
        held,
        {% if step_order == "strict" %}
        place - steps_passed.step_number + 1 AS entry_place,
        {% else %}
        CASE steps_passed.step_number {% for k in range(1, last + 1) %}WHEN {{ k }} THEN entered_{{ k }} {% endfor %}END AS entry_place,
        {% endif %}
        steps_passed.step_number,
        moment,
        {{ "CASE steps_passed.step_number " if limits.has_exclusions else "CAST(NULL AS BIGINT)" }}{% if limits.has_exclusions %}{% for k in range(1, last) %}WHEN {{ k }} THEN until_{{ k }} {% endfor %}END{% endif %} AS spoilt_at,
        {% for j in range(2, last + 1) %}
        CASE steps_passed.step_number WHEN {{ j }} THEN moment {% for k in range(j + 1, last + 1) %}WHEN {{ k }} THEN list_extract(way_{{ k }}, {{ j - 1 }}) {% endfor %}END AS at_{{ j }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM passed_{{ last }}
    CROSS JOIN (VALUES {% for k in range(1, last + 1) %}({{ k }}){{ "" if loop.last else ", " }}{% endfor %}) AS steps_passed (step_number)
    WHERE
        CASE steps_passed.step_number
            WHEN 1 THEN entered_1 IS NOT NULL{{ " AND (NOT %s OR moment = last_1)" % limits.is_plain if step_order == "ordered" else "" }}
            {% for k in range(2, last + 1) %}
            WHEN {{ k }} THEN entered_{{ k }} IS NOT NULL
            {% endfor %}
        END
)
{%- endmacro %}
