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
{% import "funnel/_steps.sql" as asked with context %}
{% set last = steps_length %}
{# Chains refer to a step many times, which old versions would compute each time anew. #}
{% set has_chains = "yes" if step_order == "ordered" and exclusions_length == 0 and not is_installed else "no" %}
{% set never = "9000000000000000000" %}
{% set window_length = "main.microseconds($window_hours / 24)" %}
{% set least_gap = "greatest(main.microseconds($min_gap_minutes / 1440), 1)" %}
{% set greatest_gap = "coalesce(main.microseconds($max_gap_minutes / 1440), " ~ never ~ ")" %}
{% set is_plain = "($hold_constant = 'none' AND $count = 'uniques' AND $min_gap_minutes = 0 AND $max_gap_minutes IS NULL AND len($exclusions) = 0)" %}

{% set has_spoilt = "yes" if step_order == "ordered" and exclusions_length > 0 else "no" %}

{# What must be alike is a number of its own: the same for all events where nothing must be. #}
{% macro held(events, name, others="") %}
held_sessions AS (
    SELECT
        session.session_id,
        CASE $hold_constant
            WHEN 'channel' THEN session.channel_key
            WHEN 'campaign' THEN session.campaign_key
            WHEN 'device' THEN device.same_type
            WHEN 'browser' THEN device.same_browser
            WHEN 'country' THEN place.same_country
        END AS held
    FROM star.fact_session AS session
    LEFT JOIN (
        SELECT
            device_key,
            min(device_key) OVER (PARTITION BY device_type) AS same_type,
            min(device_key) OVER (PARTITION BY browser) AS same_browser
        FROM star.dim_device
    ) AS device ON device.device_key = session.device_key
    LEFT JOIN (
        SELECT geography_key, min(geography_key) OVER (PARTITION BY country) AS same_country
        FROM star.dim_geography
    ) AS place ON place.geography_key = session.geography_key
    WHERE $hold_constant NOT IN ('none', 'session', 'product', 'category')
),

held_products AS (
    SELECT
        product_key,
        CASE $hold_constant WHEN 'product' THEN product_key ELSE min(product_key) OVER (PARTITION BY category) END AS held
    FROM star.dim_product
    WHERE $hold_constant IN ('product', 'category')
),

{{ name }} AS (
    SELECT
        event.unit_id,
        CAST(coalesce(CASE WHEN $hold_constant = 'session' THEN event.session_id END, session.held, product.held, 0) AS BIGINT) AS held,
        event.session_id,
        event.event_id,
        event.moment,
        {{ others }}
        event.fits
    FROM {{ events }} AS event
    LEFT JOIN held_sessions AS session ON session.session_id = event.session_id
    LEFT JOIN held_products AS product ON product.product_key = event.product_key
)
{%- endmacro %}

{# The attempts that count: unit_id, entered_at, last_step, reached_1 to reached_8 (moments, NULL where a step was not reached). #}
{% macro attempts() %}
{{ asked.conditions() }},

bounds AS (
    SELECT epoch_us(coalesce($as_of, latest.occurred_at)) AS today
    FROM (SELECT max(occurred_at) AS occurred_at FROM star.fact_event) AS latest
),

-- Empty but for customers, and then joining it costs nothing.
known_visitors AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE $unit = 'customer' AND customer_key <> 0
),

{% if step_order == "unordered" %}
{{ unordered() }},
{% else %}
{{ in_order() }},
{% endif %}

attempts AS (
    SELECT counted.*, counted.entered_at + {{ window_length }} <= bounds.today AS is_mature
    FROM counted
    CROSS JOIN bounds
)
{%- endmacro %}

{% macro in_order() %}
{{ asked.events("own_events", []) }},

-- Most units pass each stage before the next begins, and then their first moments tell all: they need no more than one grouping.
firsts AS (
    SELECT
        unit_id,
        {% for k in range(1, last + 1) %}
        min(CASE WHEN fits & {{ 2 ** (k - 1) }} <> 0 THEN moment END) AS first_{{ k }},
        {% endfor %}
        max(CASE WHEN fits & 1 <> 0 THEN moment END) AS last_1,
        max(CASE WHEN fits & 2 <> 0 THEN moment END) AS last_2
    FROM own_events
    GROUP BY unit_id
),

-- The last entry before the second step is the one that counts; 0 says that more must be known of the unit.
sorted_units AS (
    SELECT
        firsts.*,
        CASE
            WHEN NOT {{ is_plain }} OR {{ "true" if step_order == "strict" else "false" }} THEN 0
            WHEN first_2 IS NULL OR last_2 <= first_1 THEN 1
            WHEN last_1 >= first_2 THEN 0
            {% for k in range(3, last + 1) %}
            WHEN first_{{ k }} IS NULL THEN {{ k - 1 }}
            WHEN first_{{ k }} <= first_{{ k - 1 }} THEN 0
            {% endfor %}
            ELSE {{ last }}
        END AS last_sorted,
        CASE
            {% for k in range(2, last + 1) %}
            WHEN first_{{ k }} IS NULL THEN {{ k - 1 }}
            {% endfor %}
            ELSE {{ last }}
        END AS steps_seen
    FROM firsts
    WHERE first_1 IS NOT NULL
),

simple_attempts AS (
    SELECT
        unit_id,
        last_1 AS entered_at,
        CASE
            {% for k in range(last, 1, -1) %}
            WHEN last_sorted >= {{ k }} AND first_{{ k }} - last_1 <= {{ window_length }} THEN {{ k }}
            {% endfor %}
            ELSE 1
        END AS last_step,
        {% for k in range(2, last + 1) %}
        CASE WHEN last_sorted >= {{ k }} AND first_{{ k }} - last_1 <= {{ window_length }} THEN first_{{ k }} END AS reached_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM sorted_units
    WHERE last_sorted > 0
),

{% if has_chains == "yes" %}
{{ chained() }},

{% endif %}
{{ asked.events("asked_events", every=(step_order == "strict")) }},

other_units AS (
    SELECT sorted_units.unit_id, sorted_units.last_1
    FROM sorted_units
    {% if has_chains == "yes" %}
    LEFT JOIN chained_units ON chained_units.unit_id = sorted_units.unit_id
    WHERE sorted_units.last_sorted = 0 AND chained_units.unit_id IS NULL
    {% else %}
    WHERE sorted_units.last_sorted = 0
    {% endif %}
),

other_events AS (
    SELECT asked_events.*, other_units.last_1
    FROM asked_events
    INNER JOIN other_units ON other_units.unit_id = asked_events.unit_id
),

{{ held("other_events", "held_events", "event.last_1,") }},

{% if step_order == "strict" %}
places AS (
    SELECT
        unit_id,
        held,
        row_number() OVER (PARTITION BY unit_id, held ORDER BY moment, event_id) AS place,
        moment,
        last_1,
        CASE
            WHEN len($exclusions) > 0 THEN error('exclusions are for the orders ordered and unordered: in strict order any event between two steps ends an attempt')
            ELSE fits
        END AS fits
    FROM held_events
),
{% else %}
{% if exclusions_length > 0 %}
-- Of each gap that an exclusion covers, the bit: an excluded event that takes the step after the gap is a step, and no exclusion.
marked AS (
    SELECT
        held_events.*,
        {% for gap in range(1, last) %}
        {{ "+ " if not loop.first }}CASE WHEN held_events.fits & rules.excluded_{{ gap }} <> 0 AND held_events.fits & {{ 2 ** gap }} = 0 THEN {{ 2 ** (gap - 1) }} ELSE 0 END
        {% endfor %}
        AS spoils
    FROM held_events
    CROSS JOIN rules
),

-- After which moment the step before must lie, so that nothing excluded comes between: an exclusion of the very moment comes first.
barred AS (
    SELECT
        marked.*,
        {% for gap in range(1, last) %}
        max(CASE WHEN spoils & {{ 2 ** (gap - 1) }} <> 0 THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS after_{{ gap }},
        min(CASE WHEN spoils & {{ 2 ** (gap - 1) }} <> 0 THEN moment END) OVER (
            PARTITION BY unit_id, held ORDER BY moment RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS until_{{ gap }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM marked
),

{% endif %}
places AS (
    SELECT
        unit_id,
        held,
        moment AS place,
        moment,
        last_1,
        {% if exclusions_length > 0 %}
        {% for gap in range(1, last) %}
        after_{{ gap }},
        until_{{ gap }},
        {% endfor %}
        {% endif %}
        fits
    FROM {{ "barred" if exclusions_length > 0 else "held_events" }}
    WHERE fits & 255 <> 0
),
{% endif %}

{{ levels_by_windows() if is_installed else levels_by_joins() }},

exact_attempts AS (
    SELECT
        unit_id,
        held,
        entry_place,
        max(step_number) AS last_step,
        {{ "entry_place" if step_order == "ordered" else "min(CASE WHEN step_number = 1 THEN moment END)" }} AS reached_1,
        {% for k in range(2, last + 1) %}
        min(CASE WHEN step_number = {{ k }} THEN moment END) AS reached_{{ k }},
        {% endfor %}
        {% if has_spoilt == "yes" %}
        -- The next excluded event after the last arrival at a step is the greatest of those after each arrival.
        {% for k in range(1, last) %}
        max(CASE WHEN step_number = {{ k }} THEN coalesce(spoilt_at, {{ never }}) END) AS spoilt_{{ k }},
        {% endfor %}
        {% endif %}
        min(CASE WHEN step_number = array_length($steps) THEN moment END) AS completed_at
    FROM levels
    GROUP BY unit_id, held, entry_place
),

chosen AS (
    SELECT attempt.*
    FROM exact_attempts AS attempt
    {% if has_spoilt == "yes" %}
    -- Those still on their way when an excluded event came count nowhere.
    WHERE
        attempt.completed_at IS NOT NULL
        OR CASE attempt.last_step {% for k in range(1, last) %}WHEN {{ k }} THEN attempt.spoilt_{{ k }} {% endfor %}END - attempt.reached_1 > {{ window_length }}
    {% endif %}
    QUALIFY $count = 'totals' OR row_number() OVER (
        PARTITION BY attempt.unit_id
        ORDER BY
            attempt.last_step DESC,
            attempt.completed_at,
            attempt.reached_1 DESC,
            attempt.entry_place DESC,
            {% for k in range(2, last + 1) %}
            attempt.reached_{{ k }},
            {% endfor %}
            attempt.held
    ) = 1
),

counted AS (
    SELECT unit_id, 0 AS held, entered_at AS entry_place, entered_at, last_step, entered_at AS reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM simple_attempts
    UNION ALL
    {% if has_chains == "yes" %}
    SELECT unit_id, 0 AS held, entered_at AS entry_place, entered_at, last_step, entered_at AS reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM chained_attempts
    UNION ALL
    {% endif %}
    SELECT unit_id, held, entry_place, reached_1 AS entered_at, last_step, reached_1{% for k in range(2, last + 1) %}, reached_{{ k }}{% endfor %}

    FROM chosen
)
{%- endmacro %}

{# For each event of a step, the last entry from which it can be reached: all earlier ones have less of the window left. #}
{% macro levels_by_joins() %}
level_1 AS (
    SELECT
        unit_id,
        held,
        place,
        moment,
        place AS entry_place,
        moment AS entered_at,
        last_1,
        {{ "until_1" if has_spoilt == "yes" else "CAST(NULL AS BIGINT)" }} AS spoilt_at
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
        {{ "max(later.until_%d)" % k if has_spoilt == "yes" and k < last else "CAST(NULL AS BIGINT)" }} AS spoilt_at
    {% if step_order == "strict" %}
    FROM level_{{ k - 1 }} AS earlier
    INNER JOIN places AS later
        ON later.unit_id = earlier.unit_id
        AND later.held = earlier.held
        AND later.place = earlier.place + 1
        AND later.moment - earlier.moment >= main.microseconds($min_gap_minutes / 1440)
    {% else %}
    -- A step and the one before lie in spans of the window's length next to each other: long histories are not held against themselves as a whole.
    FROM (
        SELECT step.*, step.moment // {{ window_length }} + spans.next AS span
        FROM level_{{ k - 1 }} AS step
        CROSS JOIN (VALUES (0), (1)) AS spans (next)
    ) AS earlier
    INNER JOIN places AS later
        ON later.unit_id = earlier.unit_id
        AND later.held = earlier.held
        AND later.moment // {{ window_length }} = earlier.span
        AND later.moment - earlier.moment >= {{ least_gap }}
        {% if has_spoilt == "yes" %}
        AND (later.after_{{ k - 1 }} IS NULL OR earlier.moment >= later.after_{{ k - 1 }})
        {% endif %}
    {% endif %}
        AND later.moment - earlier.moment <= {{ greatest_gap }}
        AND later.moment - earlier.entered_at <= {{ window_length }}
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY later.unit_id, later.held, later.place, later.moment
),

{% endfor %}
{% if step_order == "ordered" %}
-- Where one attempt counts, of those that stay at the first step the last is enough.
{% endif %}
levels AS (
    SELECT unit_id, held, entry_place, 1 AS step_number, moment, spoilt_at
    FROM level_1
    {% if step_order == "ordered" %}
    WHERE NOT {{ is_plain }} OR moment = last_1
    {% endif %}
    {% for k in range(2, last + 1) %}
    UNION ALL
    SELECT unit_id, held, entry_place, {{ k }} AS step_number, moment, spoilt_at
    FROM level_{{ k }}
    {% endfor %}
)
{%- endmacro %}

{# The same for what is installed: a window a step, so that each is referred to once. #}
{% macro levels_by_windows() %}
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
{% set follows = " AND moment - moment_before BETWEEN main.microseconds($min_gap_minutes / 1440) AND " ~ greatest_gap %}
{% else %}
{% set frame = "ORDER BY moment RANGE BETWEEN " ~ greatest_gap ~ " PRECEDING AND " ~ least_gap ~ " PRECEDING" %}
{% set follows = "" %}
{% endif %}
{% set by = "unit_id, held" ~ (", coalesce(after_%d, -%s)" % (k - 1, never) if has_spoilt == "yes" else "") %}
passed_{{ k }} AS (
    SELECT
        before_{{ k }}.*,
        CASE WHEN fits & {{ 2 ** (k - 1) }} <> 0 AND moment - entry_{{ k }} <= {{ window_length }}{{ follows }} THEN entry_{{ k }} END AS entered_{{ k }}
    FROM (
        SELECT passed_{{ k - 1 }}.*, max(entered_{{ k - 1 }}) OVER (PARTITION BY {{ by }} {{ frame }}) AS entry_{{ k }}
        FROM passed_{{ k - 1 }}
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
        {{ "CASE steps_passed.step_number " if has_spoilt == "yes" else "CAST(NULL AS BIGINT)" }}{% if has_spoilt == "yes" %}{% for k in range(1, last) %}WHEN {{ k }} THEN until_{{ k }} {% endfor %}END{% endif %} AS spoilt_at
    FROM passed_{{ last }}
    CROSS JOIN (VALUES {% for k in range(1, last + 1) %}({{ k }}){{ "" if loop.last else ", " }}{% endfor %}) AS steps_passed (step_number)
    WHERE
        CASE steps_passed.step_number
            WHEN 1 THEN entered_1 IS NOT NULL{{ " AND (NOT %s OR moment = last_1)" % is_plain if step_order == "ordered" else "" }}
            {% for k in range(2, last + 1) %}
            WHEN {{ k }} THEN entered_{{ k }} IS NOT NULL
            {% endfor %}
        END
)
{%- endmacro %}

{# Attempts of units that come again: three walks along their steps, each a grouping of the events of one step. #}
{% macro chained() %}
{{ asked.events("chain_source", []) }},

chain_events AS (
    SELECT chain_source.unit_id, chain_source.moment, chain_source.fits
    FROM chain_source
    INNER JOIN sorted_units ON sorted_units.unit_id = chain_source.unit_id AND sorted_units.last_sorted = 0
    WHERE {{ is_plain }}
),

chain_units AS (
    SELECT unit_id, first_1, steps_seen
    FROM sorted_units
    WHERE last_sorted = 0 AND {{ is_plain }}
),

-- Forward from the first entry: the earliest moment at which all steps can be passed, whatever the window.
ahead_1 AS (
    SELECT unit_id, first_1 AS moment
    FROM chain_units
    WHERE steps_seen = array_length($steps)
),

{% for k in range(2, last + 1) %}
ahead_{{ k }} AS (
    SELECT later.unit_id, min(later.moment) AS moment
    FROM ahead_{{ k - 1 }} AS earlier
    INNER JOIN chain_events AS later ON later.unit_id = earlier.unit_id AND later.moment > earlier.moment
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY later.unit_id
),

{% endfor %}
-- Back from there, or from the last event of the furthest step that the unit knows: the last entry that leads there.
{% for k in range(last, 0, -1) %}
back_{{ k }} AS (
    {% if k > 1 %}
    SELECT unit_id, moment, moment AS arrived_at
    FROM ahead_{{ k }}
    WHERE array_length($steps) = {{ k }}
    {{ "UNION ALL" if k < last else "" }}
    {% endif %}
    {% if k < last %}
    SELECT earlier.unit_id, max(earlier.moment) AS moment, max(coalesce(later.arrived_at, earlier.moment)) AS arrived_at
    FROM (
        SELECT unit_id, moment, arrived_at FROM back_{{ k + 1 }}
        UNION ALL
        SELECT unit_id, {{ never }} AS moment, CAST(NULL AS BIGINT) AS arrived_at FROM chain_units WHERE steps_seen = {{ k }} AND array_length($steps) > {{ k }}
    ) AS later
    INNER JOIN chain_events AS earlier ON earlier.unit_id = later.unit_id AND earlier.moment < later.moment
    WHERE earlier.fits & {{ 2 ** (k - 1) }} <> 0
    GROUP BY earlier.unit_id
    {% endif %}
),

{% endfor %}
-- Where that entry lies within the window no other attempt can count.
chained_units AS (
    SELECT back_1.unit_id, back_1.moment AS entered_at, chain_units.steps_seen
    FROM back_1
    INNER JOIN chain_units ON chain_units.unit_id = back_1.unit_id
    WHERE back_1.arrived_at - back_1.moment <= {{ window_length }}
),

-- And forward again, each step at its first chance.
on_1 AS (
    SELECT unit_id, entered_at AS moment, steps_seen
    FROM chained_units
),

{% for k in range(2, last + 1) %}
on_{{ k }} AS (
    SELECT later.unit_id, min(later.moment) AS moment, min(earlier.steps_seen) AS steps_seen
    FROM on_{{ k - 1 }} AS earlier
    INNER JOIN chain_events AS later ON later.unit_id = earlier.unit_id AND later.moment > earlier.moment
    WHERE later.fits & {{ 2 ** (k - 1) }} <> 0 AND earlier.steps_seen >= {{ k }}
    GROUP BY later.unit_id
),

{% endfor %}
chained_attempts AS (
    SELECT
        unit_id,
        max(step_number) AS last_step,
        min(CASE WHEN step_number = 1 THEN moment END) AS entered_at,
        {% for k in range(2, last + 1) %}
        min(CASE WHEN step_number = {{ k }} THEN moment END) AS reached_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM (
        {% for k in range(1, last + 1) %}
        SELECT unit_id, {{ k }} AS step_number, moment FROM on_{{ k }}
        {{ "" if loop.last else "UNION ALL" }}
        {% endfor %}
    ) AS passed
    GROUP BY unit_id
)
{%- endmacro %}

{# The moment of the last step that was reached; steps come one after the other. #}
{% macro furthest(attempt) %}
greatest({% for k in range(1, last + 1) %}{{ attempt }}.reached_{{ k }}{{ "" if loop.last else ", " }}{% endfor %})
{%- endmacro %}

{% macro unordered() %}
{{ asked.events("asked_events") }},

{{ held("asked_events", "held_events") }},

marked AS (
    SELECT
        held_events.unit_id,
        held_events.held,
        held_events.moment,
        held_events.event_id,
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
),

-- From each event on, the first moment of each step; of units of which no event fits several steps that is all.
nexts AS (
    SELECT
        unit_id,
        held,
        moment,
        fits,
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
    WHERE fits <> 0 AND ($until IS NULL OR moment < epoch_us(CAST($until AS TIMESTAMP)))
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
        AND marked.moment - entries.moment <= {{ window_length }}
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
        list_sort([{% for k in range(1, last + 1) %}coalesce(entries.next_{{ k }}, {{ never }}){{ "" if loop.last else ", " }}{% endfor %}]) AS nexts,
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
            WHEN list_extract(nexts, {{ k }}) - entered_at <= {{ window_length }} THEN list_extract(nexts, {{ k }})
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
        CASE WHEN list_extract([{% for k in range(1, last + 1) %}reached_{{ k }}{{ "" if loop.last else ", " }}{% endfor %}], array_length($steps)) IS NOT NULL THEN {{ furthest("tries") }} END AS completed_at
    FROM tries
),

counted AS (
    SELECT attempt.unit_id, attempt.held, attempt.entered_at AS entry_place, attempt.entered_at, attempt.last_step{% for k in range(1, last + 1) %}, attempt.reached_{{ k }}{% endfor %}

    FROM exact_attempts AS attempt
    WHERE
        attempt.spoilt_at IS NULL
        OR attempt.spoilt_at > coalesce(attempt.completed_at, attempt.entered_at + {{ window_length }})
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
