{# Opens of each band beside those to expect of its mix of kinds of campaign. Reads cells; a band that is NULL is left out. #}
{% macro indexed() %}
opened_by AS (
    SELECT count(*) FILTER (WHERE unique_human_opens IS NULL) = 0 AS people_opened
    FROM cells
),

known_cells AS (
    SELECT
        cells.band,
        cells.campaign_type AS kind,
        cells.delivered,
        CASE WHEN opened_by.people_opened THEN cells.unique_human_opens ELSE cells.unique_opens END AS openers,
        CASE WHEN opened_by.people_opened THEN cells.unique_human_clicks ELSE cells.unique_clicks END AS clickers,
        cells.unsubscribes
    FROM cells
    CROSS JOIN opened_by
    WHERE cells.band IS NOT NULL
),

expectations AS (
    SELECT *, CAST(delivered AS DOUBLE) * sum(openers) OVER (PARTITION BY kind) / nullif(sum(delivered) OVER (PARTITION BY kind), 0) AS expected
    FROM known_cells
    WHERE openers IS NOT NULL AND delivered > 0
),

bands AS (
    SELECT
        band,
        CAST(sum(delivered) AS BIGINT) AS delivered,
        CAST(sum(openers) AS BIGINT) AS opened,
        CAST(sum(clickers) AS BIGINT) AS clicked,
        CAST(sum(unsubscribes) AS BIGINT) AS unsubscribes,
        CAST(sum(main.fixed_point(expected)) AS DOUBLE) AS expected
    FROM expectations
    GROUP BY band
)
{%- endmacro %}

{# The columns that follow from `bands`. Byar's interval of a Poisson count (Breslow and Day 1987), over what was to be expected. #}
{% macro index_columns() %}
    delivered,
    opened,
    CAST(opened AS DOUBLE) / delivered AS open_rate,
    stats.wilson_low(least(CAST(opened AS DOUBLE) / delivered, 1), delivered, stats.z_95()) AS rate_low,
    stats.wilson_high(least(CAST(opened AS DOUBLE) / delivered, 1), delivered, stats.z_95()) AS rate_high,
    expected AS expected_opens,
    opened / nullif(expected, 0) AS index,
    CASE WHEN opened = 0 THEN 0 ELSE opened * power(1 - 1.0 / 9 / opened - stats.z_95() / 3 / sqrt(opened), 3) END / nullif(expected, 0) AS index_low,
    (opened + 1) * power(1 - 1.0 / 9 / (opened + 1) + stats.z_95() / 3 / sqrt(opened + 1), 3) / nullif(expected, 0) AS index_high,
    CAST(clicked AS DOUBLE) / delivered AS click_rate,
    CAST(unsubscribes AS DOUBLE) / delivered AS unsubscribe_rate
{%- endmacro %}
