-- What visitors do: a row for each type of device, and one for all.
SELECT
    devices.device_type AS by_type,
    cast(count(*) FILTER (WHERE visits.is_converted) AS DOUBLE) / count(*) AS conversion_rate,
    cast(count(*) FILTER (WHERE visits.is_bounce) AS DOUBLE) / count(*) AS bounce_rate,
    avg(visits.page_views) AS pages_per_visit,
    avg(visits.page_views) FILTER (WHERE visits.is_converted) AS pages_per_buying_visit,
    avg(visits.duration_seconds) / 60 AS minutes_per_visit,
    cast(count(*) FILTER (WHERE visits.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase')) AS DOUBLE) / count(*) AS add_to_cart_rate,
    cast(count(*) FILTER (WHERE visits.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase') AND NOT visits.is_converted) AS DOUBLE)
    / nullif(count(*) FILTER (WHERE visits.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase')), 0) AS cart_abandonment,
    cast(count(*) FILTER (WHERE visits.furthest_stage IN ('Checkout', 'Purchase') AND NOT visits.is_converted) AS DOUBLE)
    / nullif(count(*) FILTER (WHERE visits.furthest_stage IN ('Checkout', 'Purchase')), 0) AS checkout_abandonment,
    cast(count(*) AS DOUBLE) / sum(count(*)) FILTER (WHERE devices.device_type IS NOT NULL) OVER () AS share_of_visits,
    cast(count(*) FILTER (WHERE visits.is_converted) AS DOUBLE)
    / sum(count(*) FILTER (WHERE visits.is_converted)) FILTER (WHERE devices.device_type IS NOT NULL) OVER ()
        AS share_of_orders
FROM star.fact_session AS visits
INNER JOIN star.dim_device AS devices ON devices.device_key = visits.device_key
GROUP BY GROUPING SETS ((devices.device_type), ())
ORDER BY by_type
