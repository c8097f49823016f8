/*
[params]
from_step = { type = "str", doc = "Where journeys begin, by name: from the first such step on; journeys without one are left out. Default: with their first step." }
to_step = { type = "str", doc = "Where journeys end, by name. Alone: the steps up to the last such step, the max_steps nearest to it. With from_step: the first such step after that one, which is its next one where both are the same. Journeys without one are left out." }
max_steps = { type = "int", min = 2, max = 10, default = 5, doc = "Steps of a journey that are told apart." }
*/
{% import "journey/_steps.sql" as steps %}
{% macro by_order() %}PARTITION BY unit_id ORDER BY sort_moment, sort_place{% endmacro %}
{# The journeys by their first steps, step_1 the one nearest to where they are held: alike journeys are one row of walks, with
   their number, what they brought, and whether they went on. What a journey brought are the sales of its visit; for a visitor or customer the sales
   of the visit in which it begins at from_step and of those that began since, up to the moment of to_step. Reads nothing. #}
{% macro walks() %}
{{ steps.moments() }},

asked AS (
    SELECT
        names.from_key,
        names.to_key,
        coalesce(names.from_key, names.to_key) AS anchor_key,
        CASE WHEN names.from_key IS NOT NULL THEN names.to_key END AS end_key,
        CASE
            WHEN names.steps > 0 AND ($from_step IS NOT NULL AND names.from_key IS NULL OR $to_step IS NOT NULL AND names.to_key IS NULL)
                THEN error('from_step and to_step must be names of steps, such as ' || names.some)
            WHEN names.from_key IS NULL AND names.to_key IS NOT NULL THEN -1
            ELSE 1
        END AS direction
    FROM (
        SELECT
            min(CASE WHEN step = $from_step THEN step_key END) AS from_key,
            min(CASE WHEN step = $to_step THEN step_key END) AS to_key,
            count(*) AS steps,
            string_agg(CASE WHEN step_key <= 20 THEN step END, ', ' ORDER BY step_key) AS some
        FROM known_steps
    ) AS names
),

-- Backwards from the last step where only the end is given.
directed AS (
    SELECT
        moments.unit_id,
        moments.step_key,
        moments.moment * asked.direction AS sort_moment,
        moments.place * asked.direction AS sort_place,
        -- Only a journey from a step on asks in which visit it begins.
        CASE WHEN $from_step IS NOT NULL THEN moments.session_id END AS session_id,
        asked.anchor_key,
        asked.end_key,
        asked.direction
    FROM moments
    CROSS JOIN asked
    WHERE moments.unit_id IS NOT NULL AND moments.step_key IS NOT NULL
),

followed AS (
    SELECT
        directed.*,
        lag(step_key) OVER ({{ by_order() }}) AS step_before,
        -- Where nobody asks for an anchor or an end, the constant spares the count.
        CASE
            WHEN $from_step IS NULL AND $to_step IS NULL THEN 1
            ELSE count(CASE WHEN step_key = anchor_key THEN 1 END) OVER ({{ by_order() }} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        END AS anchors
    FROM directed
),

numbered AS (
    SELECT
        unit_id,
        step_key,
        session_id,
        sort_moment,
        end_key,
        direction,
        row_number() OVER ({{ by_order() }}) AS position,
        -- The first anchor is where the journey begins, never its end.
        CASE
            WHEN $from_step IS NULL OR $to_step IS NULL THEN 0
            ELSE count(CASE WHEN step_key = end_key AND NOT (anchors = 1 AND step_key = anchor_key) THEN 1 END) OVER ({{ by_order() }} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        END AS ends
    FROM followed
    WHERE
        anchors > 0
        AND (NOT $collapse OR step_before IS NULL OR step_key <> step_before)
),

-- One row a journey: its steps side by side, as many as are told apart.
journeys AS (
    SELECT
        unit_id,
        max(position) > $max_steps AS goes_on,
        max(CASE WHEN position = 1 THEN session_id END) AS first_session_id,
        min(sort_moment) AS first_moment,
        max(CASE WHEN direction = 1 THEN sort_moment ELSE -sort_moment END) AS last_moment,
        {% for k in range(1, 11) %}
        max(CASE WHEN position = {{ k }} AND $max_steps >= {{ k }} THEN step_key END) AS step_{{ k }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM numbered
    WHERE ends = 0 OR (ends = 1 AND step_key = end_key)
    GROUP BY unit_id
    HAVING max(end_key) IS NULL OR max(ends) > 0
),

-- The visits that ended in a sale. Few do.
unit_sales AS (
    SELECT
        {{ steps.unit_of("visit") }} AS unit_id,
        visit.session_id,
        epoch_us(visit.started_at) AS moment,
        visit.revenue
    FROM star.fact_session AS visit
    LEFT JOIN known_visitors AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE
        visit.is_converted
        AND (
            ($unit = 'session' AND $of <> 'channel')
            OR (($start IS NULL OR visit.started_at >= $start) AND ($until IS NULL OR visit.started_at < $until))
        )
),

sales AS (
    SELECT unit_sales.*, row_number() OVER (PARTITION BY unit_id ORDER BY session_id) AS sale_number
    FROM unit_sales
),

-- A row for each sale of the unit, at least one.
outcomes AS (
    SELECT
        journeys.*,
        coalesce(sales.sale_number, 1) AS sale_number,
        sales.revenue,
        CASE
            WHEN sales.unit_id IS NULL THEN false
            WHEN $unit = 'session' AND $of <> 'channel' THEN true
            WHEN $from_step IS NOT NULL AND sales.session_id IS DISTINCT FROM journeys.first_session_id AND sales.moment < journeys.first_moment THEN false
            WHEN $to_step IS NOT NULL AND sales.moment > journeys.last_moment THEN false
            ELSE true
        END AS is_brought
    FROM journeys
    LEFT JOIN sales ON sales.unit_id = journeys.unit_id
),

walks AS (
    SELECT
        goes_on,
        {% for k in range(1, 11) %}
        step_{{ k }},
        {% endfor %}
        count(CASE WHEN sale_number = 1 THEN 1 END) AS journeys,
        count(DISTINCT CASE WHEN is_brought THEN unit_id END) AS conversions,
        coalesce(sum(CASE WHEN is_brought THEN revenue END), 0) AS revenue
    FROM outcomes
    GROUP BY goes_on{% for k in range(1, 11) %}, step_{{ k }}{% endfor %}
)
{%- endmacro %}

{# The step of that number, a column of another table, of a walk. #}
{% macro step_of(number, walk) %}
CASE {{ number }}{% for k in range(1, 11) %} WHEN {{ k }} THEN {{ walk }}.step_{{ k }}{% endfor %} END
{%- endmacro %}
