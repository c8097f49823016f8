/*
[params]
start = { type = "timestamp", doc = "First moment of the visits, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the visits, exclusive, by their beginning. Default: all." }
engaged_seconds = { type = "float", min = 0, max = 86400, default = 10, doc = "Seconds from which on a visit is engaged, inclusive. So is one with two pages or with a sale, however short." }
*/
{# Whether a visit, a row with the columns of star.fact_session, is engaged by the rule of Google Analytics 4, the sale being the key event. #}
{% macro is_engaged() %}
(duration_seconds >= $engaged_seconds OR page_views >= 2 OR is_converted)
{%- endmacro %}

{# The visits of the range. #}
{% macro visits() %}
visits AS (
    SELECT fact_session.*, {{ is_engaged() }} AS is_engaged
    FROM star.fact_session
    WHERE ($start IS NULL OR started_at >= $start) AND ($until IS NULL OR started_at < $until)
)
{%- endmacro %}

{# The sums of visits in one group. #}
{% macro sums() %}
count(*) AS sessions,
        count(DISTINCT visitor_id) AS visitors,
        count(CASE WHEN is_bounce THEN 1 END) AS bounces,
        count(CASE WHEN is_engaged THEN 1 END) AS engaged_sessions,
        sum(page_views) AS page_views,
        sum(duration_seconds) AS seconds,
        count(CASE WHEN is_converted THEN 1 END) AS conversions,
        sum(revenue) AS revenue
{%- endmacro %}

{# The sums of visits by a column of a CTE: value_sums. #}
{% macro value_sums(described, value) %}
value_sums AS (
    SELECT
        {{ value }},
        {{ sums() }}
    FROM {{ described }}
    GROUP BY {{ value }}
)
{%- endmacro %}

{# What sums of visits are published as. #}
{% macro figures() %}
CAST(sessions AS BIGINT) AS sessions,
    CAST(visitors AS BIGINT) AS visitors,
    main.ratio(bounces, sessions) AS bounce_rate,
    CAST(engaged_sessions AS BIGINT) AS engaged_sessions,
    main.ratio(engaged_sessions, sessions) AS engaged_rate,
    CAST(page_views AS BIGINT) AS page_views,
    main.ratio(page_views, sessions) AS pages_per_session,
    main.ratio(seconds, sessions) / 60 AS minutes_per_session,
    CAST(conversions AS BIGINT) AS conversions,
    main.ratio(conversions, sessions) AS conversion_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    main.ratio(revenue, sessions) AS revenue_per_session
{%- endmacro %}

{# The share of all visits, and Wilson's interval of the conversion rate. #}
{% macro shares() %}
main.ratio(sessions, sum(sessions) OVER ()) AS session_share,
    CASE WHEN sessions > 0 AND conversions IS NOT NULL THEN greatest(stats.wilson_low(main.ratio(conversions, sessions), sessions, stats.z_95()), 0) END AS conversion_low,
    CASE WHEN sessions > 0 AND conversions IS NOT NULL THEN least(stats.wilson_high(main.ratio(conversions, sessions), sessions, stats.z_95()), 1) END AS conversion_high
{%- endmacro %}
