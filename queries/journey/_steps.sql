/*
[params]
of = { type = "choice", of = ["page_type", "page", "event", "stage", "channel"], default = "page_type", doc = "What a step is: the page of an event, by what it is for (page_type) or by its path (page); the event itself; the stage of the funnel that it reaches; or the channel of a visit." }
unit = { type = "choice", of = ["session", "visitor", "customer"], default = "session", doc = "Whose steps make a journey: one visit's, one browser's, or one customer's, known by the log-in or by the browser, also before that. Steps without one are left out. Channels are of whole visits: there session means visitor." }
collapse = { type = "bool", default = true, doc = "Whether a step that repeats the one before it is left out, so that a journey goes on only with another step." }
start = { type = "timestamp", doc = "First moment of the steps, inclusive; a journey that goes over the edge is cut there. Default: all." }
until = { type = "timestamp", doc = "End of the steps, exclusive. Default: all." }
*/
{# What steps there are, by number: known_steps; and which of them an event or a visit is: page_steps, event_steps, channel_steps.
   All but those asked for are empty, and a join with them costs nothing. #}
{% macro known_steps() %}
page_words AS (
    SELECT page_key, CASE $of WHEN 'page' THEN path ELSE CAST(page_type AS VARCHAR) END AS step
    FROM star.dim_page
    WHERE $of IN ('page', 'page_type') AND page_key <> 0
),

event_words AS (
    SELECT
        event_name,
        source_event,
        funnel_stage,
        CASE
            WHEN $of = 'stage' THEN CAST(funnel_stage AS VARCHAR)
            WHEN event_name = 'other' THEN coalesce(source_event, 'other')
            ELSE CAST(event_name AS VARCHAR)
        END AS step
    FROM (
        SELECT event_name, source_event, funnel_stage
        FROM star.fact_event
        WHERE $of IN ('event', 'stage')
        GROUP BY event_name, source_event, funnel_stage
    ) AS kinds
),

channel_words AS (
    SELECT channel_key, channel AS step
    FROM star.dim_channel
    WHERE $of = 'channel'
),

-- Numbers sort as the names do.
known_steps AS (
    SELECT row_number() OVER (ORDER BY names.step) AS step_key, names.step
    FROM (
        SELECT step
        FROM (
            SELECT step FROM page_words
            UNION ALL
            SELECT step FROM event_words
            UNION ALL
            SELECT step FROM channel_words
        ) AS every
        WHERE step IS NOT NULL
        GROUP BY step
    ) AS names
),

page_steps AS (
    SELECT page_words.page_key, known_steps.step_key
    FROM page_words
    INNER JOIN known_steps ON known_steps.step = page_words.step
),

event_steps AS (
    SELECT event_words.event_name, event_words.source_event, event_words.funnel_stage, known_steps.step_key
    FROM event_words
    INNER JOIN known_steps ON known_steps.step = event_words.step
),

channel_steps AS (
    SELECT channel_words.channel_key, known_steps.step_key
    FROM channel_words
    INNER JOIN known_steps ON known_steps.step = channel_words.step
)
{%- endmacro %}

{# Whose a row of star.fact_event or star.fact_session is; channels have no journeys of one visit. #}
{% macro unit_of(row) %}
CASE
            WHEN $unit = 'session' AND $of <> 'channel' THEN {{ row }}.session_id
            WHEN $unit = 'customer' THEN coalesce(nullif({{ row }}.customer_key, 0), visitor.customer_key)
            ELSE {{ row }}.visitor_id
        END
{%- endmacro %}

{# Every step of every journey, with the number (place) that decides between those of one moment. #}
{% macro moments() %}
{{ known_steps() }},

-- Empty but for customers, and then the joins below cost nothing.
known_visitors AS (
    SELECT visitor_id, customer_key
    FROM star.bridge_visitor
    WHERE $unit = 'customer' AND customer_key <> 0
),

moments AS (
    SELECT
        {{ unit_of("event") }} AS unit_id,
        epoch_us(event.occurred_at) AS moment,
        event.event_id AS place,
        event.session_id,
        coalesce(page_steps.step_key, event_steps.step_key) AS step_key
    FROM star.fact_event AS event
    LEFT JOIN page_steps ON page_steps.page_key = event.page_key
    LEFT JOIN event_steps
        ON event_steps.event_name = event.event_name
        AND event_steps.source_event IS NOT DISTINCT FROM event.source_event
        AND event_steps.funnel_stage IS NOT DISTINCT FROM event.funnel_stage
    LEFT JOIN known_visitors AS visitor ON visitor.visitor_id = event.visitor_id
    WHERE
        $of <> 'channel'
        AND ($start IS NULL OR event.occurred_at >= $start)
        AND ($until IS NULL OR event.occurred_at < $until)
    UNION ALL
    SELECT
        {{ unit_of("visit") }} AS unit_id,
        epoch_us(visit.started_at) AS moment,
        visit.session_id AS place,
        visit.session_id,
        channel_steps.step_key
    FROM star.fact_session AS visit
    INNER JOIN channel_steps ON channel_steps.channel_key = visit.channel_key
    LEFT JOIN known_visitors AS visitor ON visitor.visitor_id = visit.visitor_id
    WHERE
        $of = 'channel'
        AND ($start IS NULL OR visit.started_at >= $start)
        AND ($until IS NULL OR visit.started_at < $until)
)
{%- endmacro %}

{# How often each step is taken in the range, by whomever: counted by key first, so that the facts are not joined. Reads known_steps. #}
{% macro step_counts() %}
step_counts AS (
    SELECT counted.step_key, sum(counted.times) AS times
    FROM (
        SELECT coalesce(page_steps.step_key, event_steps.step_key) AS step_key, kinds.times
        FROM (
            SELECT page_key, event_name, source_event, funnel_stage, count(*) AS times
            FROM star.fact_event
            WHERE $of <> 'channel' AND ($start IS NULL OR occurred_at >= $start) AND ($until IS NULL OR occurred_at < $until)
            GROUP BY page_key, event_name, source_event, funnel_stage
        ) AS kinds
        LEFT JOIN page_steps ON page_steps.page_key = kinds.page_key
        LEFT JOIN event_steps
            ON event_steps.event_name = kinds.event_name
            AND event_steps.source_event IS NOT DISTINCT FROM kinds.source_event
            AND event_steps.funnel_stage IS NOT DISTINCT FROM kinds.funnel_stage
        UNION ALL
        SELECT channel_steps.step_key, 1 AS times
        FROM star.fact_session AS visit
        INNER JOIN channel_steps ON channel_steps.channel_key = visit.channel_key
        WHERE $of = 'channel' AND ($start IS NULL OR visit.started_at >= $start) AND ($until IS NULL OR visit.started_at < $until)
    ) AS counted
    WHERE counted.step_key IS NOT NULL
    GROUP BY counted.step_key
)
{%- endmacro %}
