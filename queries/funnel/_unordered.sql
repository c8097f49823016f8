{# Attempts of steps in any order: the first of them to happen is the entry, and each is served by an event of its own. #}
{% import "funnel/_events.sql" as events with context %}
{% import "funnel/_limits.sql" as limits with context %}
{% set last = steps_length %}

{# counted: unit_id, entered_at, last_step, reached_1 and so on. #}
{% macro attempts() %}
{{ events.held("unit_events", "held_events", "event.may_enter,") }},

marked AS (
    SELECT
        held_events.unit_id,
        held_events.held,
        held_events.moment,
        held_events.event_id,
        held_events.may_enter,
        held_events.fits & 255 AS fits,
        held_events.fits & 255 = 0 AS spoils,
        CASE
            WHEN $count = 'totals' THEN error('totals are counted in the orders ordered and strict')
            WHEN $min_gap_minutes > 0 OR $max_gap_minutes IS NOT NULL THEN error('gaps lie between steps in the orders ordered and strict')
            WHEN rules.partial_exclusions > 0
                THEN error('in the order unordered an exclusion holds from the first step to the last: leave out its between')
            ELSE (held_events.fits & 255) & ((held_events.fits & 255) - 1) <> 0
        END AS fits_several
    FROM held_events
    CROSS JOIN rules
    WHERE held_events.fits <> 0
),

-- From each event on, the first moment of each step; of units of which no event fits several steps that is all.
nexts AS (
    SELECT
        unit_id,
        held,
        moment,
        fits,
        may_enter,
        {% for k in range(1, last + 1) %}
        min(CASE WHEN fits & {{ 2 ** (k - 1) }} <> 0 THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_{{ k }},
        {% endfor %}
        min(CASE WHEN spoils THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS spoilt_at,
        max(CASE WHEN fits_several THEN 1 ELSE 0 END) OVER (PARTITION BY unit_id, held) AS has_several
    FROM marked
),

entries AS (
    SELECT
        unit_id,
        held,
        moment,
        min(spoilt_at) AS spoilt_at,
        max(has_several) AS has_several,
        {% for k in range(1, last + 1) %}
        min(next_{{ k }}) AS next_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM nexts
    WHERE fits <> 0 AND may_enter
    GROUP BY unit_id, held, moment
),

-- Where an event fits several steps: k of n steps can be served once every s steps together have k - n + s events that fit one of them (Hall 1935).
subsets AS (
    SELECT subset, bit_count(subset) AS size
    FROM (SELECT unnest(range(1, CAST(power(2, array_length($steps)) AS BIGINT))) AS subset) AS numbered
),

subset_events AS (
    SELECT
        entries.unit_id,
        entries.held,
        entries.moment AS entered_at,
        subsets.size,
        marked.moment,
        row_number() OVER (
            PARTITION BY entries.unit_id, entries.held, entries.moment, subsets.subset ORDER BY marked.moment, marked.event_id
        ) AS number
    FROM entries
    INNER JOIN marked
        ON marked.unit_id = entries.unit_id
        AND marked.held = entries.held
        AND marked.moment >= entries.moment
        AND marked.moment - entries.moment <= {{ limits.window_length }}
    INNER JOIN subsets ON subsets.subset & marked.fits <> 0
    WHERE entries.has_several = 1
),

subset_needs AS (
    SELECT steps.number AS step_number, count(*) AS needed
    FROM (SELECT unnest(range(1, array_length($steps) + 1)) AS number) AS steps
    INNER JOIN subsets ON subsets.size > array_length($steps) - steps.number
    GROUP BY steps.number
),

served AS (
    SELECT
        subset_events.unit_id,
        subset_events.held,
        subset_events.entered_at,
        subset_needs.step_number,
        max(subset_events.moment) AS moment
    FROM subset_events
    INNER JOIN subset_needs ON subset_needs.step_number = subset_events.number + array_length($steps) - subset_events.size
    WHERE subset_events.number <= subset_events.size
    GROUP BY subset_events.unit_id, subset_events.held, subset_events.entered_at, subset_needs.step_number, subset_needs.needed
    HAVING count(*) = subset_needs.needed
),

served_steps AS (
    SELECT
        unit_id,
        held,
        entered_at,
        {% for k in range(1, last + 1) %}
        max(CASE WHEN step_number = {{ k }} THEN moment END) AS served_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM served
    GROUP BY unit_id, held, entered_at
),

in_turn AS (
    SELECT
        entries.unit_id,
        entries.held,
        entries.moment AS entered_at,
        entries.spoilt_at,
        entries.has_several,
        list_sort([{% for k in range(1, last + 1) %}coalesce(entries.next_{{ k }}, {{ limits.never }}){{ "" if loop.last else ", " }}{% endfor %}]) AS nexts,
        {% for k in range(1, last + 1) %}
        served_steps.served_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM entries
    LEFT JOIN served_steps
        ON served_steps.unit_id = entries.unit_id AND served_steps.held = entries.held AND served_steps.entered_at = entries.moment
),

tries AS (
    SELECT
        unit_id,
        held,
        entered_at,
        spoilt_at,
        {% for k in range(1, last + 1) %}
        CASE
            WHEN has_several = 1 THEN served_{{ k }}
            WHEN list_extract(nexts, {{ k }}) - entered_at <= {{ limits.window_length }} THEN list_extract(nexts, {{ k }})
        END AS reached_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM in_turn
),

exact_attempts AS (
    SELECT
        tries.*,
        {% for k in range(1, last + 1) %}
        {{ "+ " if not loop.first }}CASE WHEN reached_{{ k }} IS NULL THEN 0 ELSE 1 END
        {% endfor %}
        AS last_step,
        -- Steps come one after the other.
        CASE array_length($steps) {% for k in range(2, last + 1) %}WHEN {{ k }} THEN reached_{{ k }} {% endfor %}END AS completed_at
    FROM tries
),

counted AS (
    SELECT attempt.unit_id, attempt.entered_at, attempt.last_step{% for k in range(1, last + 1) %}, attempt.reached_{{ k }}{% endfor %}

    FROM exact_attempts AS attempt
    WHERE
        attempt.spoilt_at IS NULL
        OR attempt.spoilt_at > coalesce(attempt.completed_at, attempt.entered_at + {{ limits.window_length }})
    QUALIFY row_number() OVER (
        PARTITION BY attempt.unit_id
        ORDER BY
            attempt.last_step DESC,
            attempt.completed_at,
            attempt.entered_at DESC,
            {% for k in range(2, last + 1) %}
            attempt.reached_{{ k }},
            {% endfor %}
            attempt.held
    ) = 1
)
{%- endmacro %}
