/*
question = "Which experiment can we afford next: how many people, how many days, what risk?"
doc = """
For each metric of visits and each lift that one may hope for: people needed in both arms together for the power asked for, and the days that the traffic of the last days_back days takes to bring them, by the rate and the spread of those days' people in window_hours from their \
first visit of these days. false_winner_share is what the choice of idea adds: of the winners that such experiments find, those that are none, where ideas_that_work of all ideas have the lift. Needs visits (star.fact_session)."""
misleads = "New people become rarer the longer an experiment runs, for the same ones come back: from some weeks on days_needed is too low. A lift that is smaller than hoped for will not be found: take the one that would still be worth it."
grain = ["metric", "lift"]
headline = ["metric", "lift", "base", "people_needed", "days_needed", "feasible"]
needs = ["star.fact_session"]

[chart]
kind = "line"
x = "lift"
y = "days_needed"
series = "metric"

[finding]
text = "A lift of {lift:percent} in {metric} needs {people_needed:count} people, which takes {days_needed:number} days at today's traffic."
sql = "SELECT lift, metric, people_needed, days_needed FROM answer WHERE days_needed <= 28 AND people_seen >= 100 ORDER BY lift, days_needed, metric LIMIT 1"

[params]
days_back = { type = "int", min = 1, max = 365, default = 28, doc = "Days before as_of whose traffic is the measure." }
window_hours = { type = "float", min = 0.01, max = 8760, default = 72, doc = "Elapsed hours from a person's first visit within which what they do counts, inclusive." }
traffic_share = { type = "float", min = 0.0001, max = 1, default = 1, doc = "Share of the people whom the experiment would take in." }
power = { type = "float", min = 0.5, max = 0.9999, default = 0.8, doc = "Chance with which the lift is to be found." }
level = { type = "float", min = 0.5, max = 0.9999, default = 0.95, doc = "1 less the p-value that will decide, two-sided." }
ideas_that_work = { type = "float", min = 0, max = 1, default = 0.2, doc = "Share of ideas that have the lift. At large firms a fifth to a third of the ideas tried did what they were meant to (Kohavi and others 2013)." }
as_of = { type = "timestamp", doc = "Today. Default: the last visit in the data." }

[columns]
metric = "What would be measured of each person: conversion, add_to_cart, checkout, orders or revenue."
lift = "The lift over today's."
people_seen = "People who came in the days_back days."
base = "Today's rate or mean."
spread = "Its standard deviation between people."
people_needed = "People needed in both arms together. NULL where the base is 0."
people_a_day = "New people a day that the experiment would take in."
days_needed = "people_needed / people_a_day, rounded up to whole weeks so that each day of the week counts alike."
feasible = "quick: four weeks at most; slow: thirteen weeks at most; out of reach: longer, or never."
false_winner_share = "Of the winners found, the share that are none."
*/
WITH today AS (
    SELECT coalesce($as_of, latest.last_at + INTERVAL 1 MICROSECOND) AS today_at
    FROM (SELECT max(started_at) AS last_at FROM star.fact_session) AS latest
),

visits AS (
    SELECT
        CASE WHEN visit.customer_key <> 0 THEN visit.customer_key ELSE -visit.visitor_id END AS person,
        visit.started_at AS at,
        CASE WHEN visit.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase') THEN 1 ELSE 0 END AS carts,
        CASE WHEN visit.furthest_stage IN ('Checkout', 'Purchase') THEN 1 ELSE 0 END AS checkouts,
        visit.session_id
    FROM star.fact_session AS visit
    CROSS JOIN today
    WHERE
        visit.started_at < today.today_at
        AND epoch_us(today.today_at) - epoch_us(visit.started_at) <= main.microseconds($days_back)
),

placed AS (
    SELECT session_id, count(*) AS orders, sum(net_revenue) AS revenue
    FROM star.fact_order
    WHERE main.is_sale(status) AND session_id IS NOT NULL
    GROUP BY session_id
),

from_first AS (
    SELECT
        visits.*,
        coalesce(placed.orders, 0) AS orders,
        coalesce(placed.revenue, 0) AS revenue,
        min(visits.at) OVER (PARTITION BY visits.person) AS first_at
    FROM visits
    LEFT JOIN placed ON placed.session_id = visits.session_id
    WHERE visits.person IS NOT NULL
),

people AS (
    SELECT
        person,
        max(carts) AS carts,
        max(checkouts) AS checkouts,
        sum(orders) AS orders,
        sum(revenue) AS revenue
    FROM from_first
    WHERE epoch_us(from_first.at) - epoch_us(from_first.first_at) <= main.microseconds($window_hours / 24)
    GROUP BY person
),

sums AS (
    SELECT
        count(*) AS people,
        CAST(count(*) FILTER (WHERE orders > 0) AS DOUBLE) AS conversion,
        CAST(count(*) FILTER (WHERE orders > 0) AS DOUBLE) AS conversion_squares,
        CAST(sum(carts) AS DOUBLE) AS add_to_cart,
        CAST(sum(carts) AS DOUBLE) AS add_to_cart_squares,
        CAST(sum(checkouts) AS DOUBLE) AS checkout,
        CAST(sum(checkouts) AS DOUBLE) AS checkout_squares,
        CAST(sum(orders) AS DOUBLE) AS orders,
        CAST(sum(orders * orders) AS DOUBLE) AS orders_squares,
        CAST(sum(revenue) AS DOUBLE) AS revenue,
        CAST(sum(CAST(revenue AS DECIMAL(38, 2)) * revenue) AS DOUBLE) AS revenue_squares
    FROM people
),

bases AS (
    SELECT
        sums.people,
        listed.metric_name,
        lifts.lift,
        listed.total / sums.people AS base,
        greatest(listed.squares / sums.people - power(listed.total / sums.people, 2), 0) AS variance,
        sums.people / CAST($days_back AS DOUBLE) * $traffic_share AS people_a_day,
        stats.normal_quantile(0.5 + $level / 2) + stats.normal_quantile($power) AS reach
    FROM sums
    CROSS JOIN LATERAL (
        VALUES
            {% for metric_name in ("conversion", "add_to_cart", "checkout", "orders", "revenue") %}
            ('{{ metric_name }}', sums.{{ metric_name }}, sums.{{ metric_name }}_squares){{ "," if not loop.last else "" }}
            {% endfor %}
    ) AS listed (metric_name, total, squares)
    CROSS JOIN (VALUES (0.02e0), (0.05e0), (0.1e0), (0.2e0), (0.5e0)) AS lifts (lift)
    WHERE sums.people > 0
),

needs AS (
    SELECT
        bases.*,
        2 * CAST(ceil(2 * variance * power(reach / nullif(base * lift, 0), 2)) AS BIGINT) AS people_needed
    FROM bases
),

times AS (
    SELECT needs.*, CAST(7 * ceil(people_needed / people_a_day / 7) AS BIGINT) AS days_needed
    FROM needs
)

SELECT
    metric_name AS metric,
    lift,
    people AS people_seen,
    base,
    sqrt(variance) AS spread,
    people_needed,
    people_a_day,
    days_needed,
    CASE WHEN days_needed <= 28 THEN 'quick' WHEN days_needed <= 91 THEN 'slow' ELSE 'out of reach' END AS feasible,
    (1 - $ideas_that_work) * (1 - $level) / 2 / nullif((1 - $ideas_that_work) * (1 - $level) / 2 + $ideas_that_work * $power, 0) AS false_winner_share
FROM times
ORDER BY metric_name, lift
