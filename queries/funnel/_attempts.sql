/*
[params]
step_order = { type = "choice", of = ["ordered", "strict", "unordered"], default = "ordered", doc = "ordered: other events may come between two steps. strict: no event at all may, of events of one moment the one numbered first coming first. unordered: the steps in any order, the first of them to happen being the entry." }
unit = { type = "choice", of = ["session", "visitor", "customer"], default = "session", doc = "Who passes the steps. Events without one (an unknown customer) are left out." }
window_hours = { type = "float", min = 0.0001, max = 87600, default = 24, doc = "Hours that an attempt may take from its first step to its last, inclusive. The default cuts no session short; give visitors and customers the days that a decision takes, such as 168 or 720." }
min_gap_minutes = { type = "float", min = 0, max = 5256000, default = 0, doc = "Minutes that must lie between a step and the next, inclusive. Not for unordered." }
max_gap_minutes = { type = "float", min = 0.000001, max = 5256000, doc = "Minutes that may lie between a step and the next, inclusive. Not for unordered. Default: no limit but the window." }
hold_constant = { type = "choice", of = ["none", "session", "channel", "campaign", "device", "browser", "country", "product", "category"], default = "none", doc = "What must be the same at all steps of an attempt: a property of the session, or the event's product or its category." }
count = { type = "choice", of = ["uniques", "totals"], default = "uniques", doc = "uniques: each unit once, by the attempt that completes first, else by the one that got furthest (of two alike, by the one that entered last). totals: every attempt; each event of the first step begins one, and a later event belongs to the last attempt that it can carry on. Not for unordered." }
start = { type = "timestamp", doc = "First moment of the entries, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the entries, exclusive; later steps may follow it. Default: all." }
as_of = { type = "timestamp", doc = "Today: later events are unknown. Default: the last event in the data." }
*/
{# A funnel's attempts, in a reader's order: _steps says what an event must be, _events which events each unit has, _first_moments and _chains
   tell the attempts of most units by groupings, _exclusions, _levels and _chosen those of the others one step after the other, and _unordered those in any order. #}
{% import "funnel/_limits.sql" as limits with context %}
{% import "funnel/_events.sql" as events with context %}
{% import "funnel/_first_moments.sql" as first_moments with context %}
{% import "funnel/_chains.sql" as chains with context %}
{% import "funnel/_exclusions.sql" as exclusions_of with context %}
{% import "funnel/_levels.sql" as levels with context %}
{% import "funnel/_chosen.sql" as chosen with context %}
{% import "funnel/_unordered.sql" as unordered with context %}
{% set last = steps_length %}
{% set window_length = limits.window_length %}
{% set never = limits.never %}

{# The attempts that count: unit_id, entered_at, last_step, reached_1 to reached_8 (moments, NULL where a step was not reached), is_mature.
   With cohorts (see _events) each unit counts once in each of them. #}
{% macro attempts(cohorts=none) %}
{{ events.of_units(cohorts) }},

{{ unordered.attempts() if step_order == "unordered" else in_order() }},

attempts AS (
    SELECT
        {{ "counted.unit_id // 100000" if cohorts else "counted.unit_id" }} AS unit_id,
        counted.entered_at,
        counted.last_step,
        {% for k in range(1, last + 1) %}
        counted.reached_{{ k }},
        {% endfor %}
        counted.entered_at + {{ window_length }} <= bounds.today AS is_mature
    FROM counted
    CROSS JOIN bounds
)
{%- endmacro %}

{% macro in_order() %}
{% if step_order == "ordered" %}
{{ first_moments.simple() }},

{% if limits.has_chains %}
{{ chains.chained() }},

{% endif %}
other_units AS (
    SELECT sorted_units.unit_id, sorted_units.last_1
    FROM sorted_units
    {% if limits.has_chains %}
    LEFT JOIN chained_units ON chained_units.unit_id = sorted_units.unit_id
    WHERE sorted_units.last_sorted = 0 AND chained_units.unit_id IS NULL
    {% else %}
    WHERE sorted_units.last_sorted = 0
    {% endif %}
),

other_events AS (
    SELECT unit_events.*, other_units.last_1
    FROM unit_events
    INNER JOIN other_units ON other_units.unit_id = unit_events.unit_id
    WHERE unit_events.fits <> 0
),

{{ events.held("other_events", "held_events", "event.last_1,") }},

{% if limits.has_exclusions %}
{{ exclusions_of.barred("held_events") }},

{% endif %}
places AS (
    SELECT
        unit_id,
        held,
        moment AS place,
        moment,
        last_1,
        {% if limits.has_exclusions %}
        {% for gap in range(1, last) %}
        after_{{ gap }},
        until_{{ gap }},
        {% endfor %}
        {% endif %}
        fits
    FROM {{ "barred" if limits.has_exclusions else "held_events" }}
    WHERE fits & 255 <> 0
),
{% else %}
other_events AS (
    SELECT unit_events.*
    FROM unit_events
    INNER JOIN (SELECT unit_id FROM unit_events WHERE fits & 1 <> 0 GROUP BY unit_id) AS entered ON entered.unit_id = unit_events.unit_id
),

{{ events.held("other_events", "held_events") }},

places AS (
    SELECT
        unit_id,
        held,
        row_number() OVER (PARTITION BY unit_id, held ORDER BY moment, event_id) AS place,
        moment,
        CASE
            WHEN array_length($exclusions) > 0 THEN error('exclusions are for the orders ordered and unordered: in strict order any event between two steps ends an attempt')
            ELSE fits
        END AS fits
    FROM held_events
),
{% endif %}

{{ levels.of_places() }},

{{ chosen.of_levels() }},

counted AS (
    {% if step_order == "ordered" %}
    SELECT unit_id, entered_at, last_step, entered_at AS reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM simple_attempts
    UNION ALL
    {% if limits.has_chains %}
    SELECT unit_id, entered_at, last_step, entered_at AS reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM chained_attempts
    UNION ALL
    {% endif %}
    {% endif %}
    SELECT unit_id, reached_1 AS entered_at, last_step, reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM chosen
)
{%- endmacro %}
