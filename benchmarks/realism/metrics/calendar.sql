-- When people buy. The last whole calendar year, where the share of a season is meant.
WITH orders AS (
    SELECT
        orders.*,
        days.day_of_week,
        days.month,
        days.year,
        days.holiday,
        date_part('hour', timezone(places.time_zone, timezone('UTC', orders.ordered_at))) AS hour
    FROM star.fact_order AS orders
    INNER JOIN star.dim_date AS days ON days.date_key = orders.date_key
    INNER JOIN star.dim_geography AS places ON places.geography_key = orders.geography_key
),

year AS (SELECT max(year) FILTER (WHERE month = 12) AS whole FROM orders),

this_year AS (SELECT orders.* FROM orders INNER JOIN year ON orders.year = year.whole)

SELECT
    NULL AS by_type,
    cast(count(*) FILTER (WHERE day_of_week = 7) AS DOUBLE) / count(*) AS sunday_share,
    cast(count(*) FILTER (WHERE day_of_week = 6) AS DOUBLE) / count(*) AS saturday_share,
    cast(count(*) FILTER (WHERE day_of_week = 1) AS DOUBLE) / count(*) AS monday_share,
    cast(count(*) FILTER (WHERE hour < 6) AS DOUBLE) / count(*) AS night_share,
    cast(count(*) FILTER (WHERE hour BETWEEN 18 AND 22) AS DOUBLE) / count(*) AS evening_share,
    (
        SELECT cast(sum(net_revenue) FILTER (WHERE month >= 11) AS DOUBLE) / cast(sum(net_revenue) AS DOUBLE) FROM this_year
    ) AS november_december_share,
    (
        SELECT cast(sum(net_revenue) FILTER (WHERE month >= 10) AS DOUBLE) / cast(sum(net_revenue) AS DOUBLE) FROM this_year
    ) AS fourth_quarter_share,
    (
        SELECT 365.0 * count(*) FILTER (WHERE holiday = 'Cyber Monday') / count(*) FROM this_year
    ) AS cyber_monday_against_mean_day
FROM orders
