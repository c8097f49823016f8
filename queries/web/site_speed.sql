/*
question = "How fast is the site, where it was measured?"
doc = """
Google's web vitals, as browsers of visitors measured them: LCP, INP, FID, FCP and TTFB in milliseconds, CLS without a unit. A measurement is an event whose source_event, or whose \
property metric_name, is one of these words; its figure is the property metric_value of event_properties, else the event's value. So does the library web-vitals, \
which sends them to Google Analytics 4. A metric is good, to be improved or poor by Google's thresholds for its 75th percentile. Needs such events: where \
the star has none, as in synthetic companies, there are no rows."""
misleads = "Not all browsers measure all metrics, and a page left at once may send none. An event's value has two digits, which is coarse for CLS."
grain = ["metric", "place"]
headline = ["metric", "place", "measurements", "p75", "rating", "good_rate"]
needs = ["star.fact_event"]

[params]
by = { type = "choice", of = ["none", "page", "page_type", "device"], default = "none", doc = "What measurements are told apart by." }
start = { type = "timestamp", doc = "First moment of the measurements, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the measurements, exclusive. Default: all." }

[columns]
metric = "LCP, INP, FID, CLS, FCP or TTFB."
place = "Page, type of page or device; (all) where nothing is told apart."
measurements = "Number of measurements."
p50 = "Median."
p75 = "75th percentile, interpolated."
p90 = "90th percentile, interpolated."
good_rate = "Share of measurements that are good."
poor_rate = "Share of measurements that are poor."
rating = "good, needs improvement or poor, by p75."

[chart]
kind = "bar"
x = "metric"
y = "good_rate"

[finding]
text = "{metric} is {rating}: {good_rate:percent} of its measurements are good."
sql = """
SELECT metric, rating, sum(good_rate * measurements) / sum(measurements) AS good_rate
FROM answer
WHERE rating <> 'good'
GROUP BY metric, rating
HAVING sum(measurements) >= 100
ORDER BY good_rate, metric, rating LIMIT 1"""
*/
WITH thresholds AS (
    SELECT metrics.metric, metrics.good, metrics.poor
    FROM (
        VALUES ('LCP', 2500, 4000), ('INP', 200, 500), ('FID', 100, 300), ('CLS', 0.1, 0.25), ('FCP', 1800, 3000), ('TTFB', 800, 1800)
    ) AS metrics (metric, good, poor)
),

told AS (
    SELECT
        session_id,
        page_key,
        upper(coalesce(nullif(regexp_extract(event_properties, '"metric_name" *: *"([A-Za-z]+)"', 1), ''), source_event)) AS metric,
        coalesce(
            TRY_CAST(nullif(regexp_extract(event_properties, '"metric_value" *: *"?([0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?)', 1), '') AS DOUBLE),
            CAST(value AS DOUBLE)
        ) AS figure
    FROM star.fact_event
    WHERE
        event_name = 'other'
        AND ($start IS NULL OR occurred_at >= $start)
        AND ($until IS NULL OR occurred_at < $until)
),

measurements AS (
    SELECT
        told.metric,
        told.figure,
        thresholds.good,
        thresholds.poor,
        CASE $by
            WHEN 'none' THEN '(all)'
            WHEN 'page' THEN coalesce(page.path, '(unknown)')
            WHEN 'page_type' THEN coalesce(CAST(page.page_type AS VARCHAR), '(unknown)')
            ELSE coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
        END AS place
    FROM told
    INNER JOIN thresholds ON thresholds.metric = told.metric
    LEFT JOIN star.dim_page AS page ON page.page_key = told.page_key
    LEFT JOIN star.fact_session AS visit ON visit.session_id = told.session_id
    LEFT JOIN star.dim_device AS device ON device.device_key = visit.device_key
    WHERE told.figure IS NOT NULL
),

ranked AS (
    SELECT
        measurements.*,
        row_number() OVER (PARTITION BY metric, place ORDER BY figure) - 1 AS before,
        count(*) OVER (PARTITION BY metric, place) - 1 AS last
    FROM measurements
),

-- A percentile lies between two measurements: each has the part of it that it is near, and all others none.
sums AS (
    SELECT
        metric,
        place,
        count(*) AS measurements,
        {% for share in [50, 75, 90] %}
        sum(figure * greatest(1 - abs(CAST(before AS DOUBLE) - {{ share }} * last / 100.0), 0)) AS p{{ share }},
        {% endfor %}
        count(CASE WHEN figure <= good THEN 1 END) AS good,
        count(CASE WHEN figure > poor THEN 1 END) AS poor,
        min(good) AS good_up_to,
        min(poor) AS poor_above
    FROM ranked
    GROUP BY metric, place
)

SELECT
    metric,
    place,
    measurements,
    p50,
    p75,
    p90,
    main.ratio(good, measurements) AS good_rate,
    main.ratio(poor, measurements) AS poor_rate,
    CASE WHEN p75 <= good_up_to THEN 'good' WHEN p75 <= poor_above THEN 'needs improvement' ELSE 'poor' END AS rating
FROM sums
ORDER BY metric, measurements DESC, place
