{# Visits as a report told them in totals, of the range; none where the warehouse has visits one by one, since the two would count twice.
   Totals of several days together (date_key 0) lie in no range and in no period. #}
{% macro reports() %}
known_reports AS (
    SELECT
        CAST(days.date AS TIMESTAMP) AS started_at,
        report.channel_key,
        report.campaign_key,
        report.medium,
        report.sessions,
        report.engaged_sessions,
        report.key_events,
        report.revenue
    FROM star.fact_session_report AS report
    LEFT JOIN star.dim_date AS days ON days.date_key = report.date_key
    WHERE (SELECT count(*) FROM star.fact_session) = 0
),

reports AS (
    SELECT *
    FROM known_reports
    WHERE ($start IS NULL OR started_at >= $start) AND ($until IS NULL OR started_at < $until)
)
{%- endmacro %}

{# The sums of reports in one group, beside those of visits: what a report does not tell is NULL. #}
{% macro sums() %}
CAST(sum(sessions) AS BIGINT) AS sessions,
        CAST(NULL AS BIGINT) AS visitors,
        CASE WHEN count(engaged_sessions) = count(*) THEN sum(sessions - engaged_sessions) END AS bounces,
        CASE WHEN count(engaged_sessions) = count(*) THEN sum(engaged_sessions) END AS engaged_sessions,
        NULL AS page_views,
        NULL AS seconds,
        CAST(NULL AS BIGINT) AS conversions,
        CAST(NULL AS DECIMAL(38, 2)) AS revenue,
        sum(key_events) AS key_events,
        sum(revenue) AS reported_revenue
{%- endmacro %}
