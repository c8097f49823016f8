/*
question = "Which paths lead to orders, and which lead nowhere?"
doc = """
Each distinct path of touches, with the orders at its end and the people who walked it and did not order. A person who did not \
order in the range has one path, the lookback before their last touch; a person who did has one for each order. So \
conversion_rate compares orders with people, and is high for short paths that are common before an order: people who \
search for a shop by name are on their way to it. Orders without an eligible touch have the path (no touch). Long paths are many and \
rare; path_transform = exposure or unique brings like ones together."""
grain = ["path"]
headline = ["path", "conversions", "non_conversions", "conversion_rate", "revenue"]

[chart]
kind = "bar"
x = "path"
y = "conversions"

[finding]
text = "The path {path} ends in the most orders: {conversions:count}, of the {walks:count} times that it was walked."
sql = """
WITH ranked AS (
    SELECT
        path,
        conversions,
        conversions + non_conversions AS walks,
        row_number() OVER (ORDER BY conversions DESC) AS place,
        lead(conversions) OVER (ORDER BY conversions DESC) AS next_conversions
    FROM answer
    WHERE path <> '(no touch)'
)
SELECT path, conversions, walks
FROM ranked
WHERE place = 1 AND conversions >= 10 AND conversions > next_conversions"""

[params]
limit_to = { type = "int", min = 1, max = 1000000000, default = 100, doc = "The most frequent paths, this many." }

[columns]
path = "Names of the steps, in order."
steps = "Number of steps."
conversions = "Orders at the end of the path."
non_conversions = "People who walked it in the range and did not order."
conversion_rate = "conversions / (conversions + non_conversions)."
revenue = "Net revenue of the orders."
mean_days = "Mean elapsed days from the first step to the order. NULL without an order, and without a touch."
median_days = "Median of the same."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/journeys/paths.sql" as counted %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths="true") }},

{{ counted.journeys() }},

journey_paths AS (
    SELECT journey_id, {{ counted.path_id(path_transform) }} AS path_id, max(days_before) AS days
    FROM journey_steps
    GROUP BY journey_id
),

-- Orders without an eligible touch have no path.
path_counts AS (
    SELECT
        journey_paths.path_id,
        min(journey_paths.journey_id) AS an_example,
        sum(journeys.conversions) AS conversions,
        sum(journeys.non_conversions) AS non_conversions,
        sum(journeys.revenue) AS revenue,
        main.ratio(sum(main.fixed_point(journey_paths.days)), count(journey_paths.days)) AS mean_days,
        median(journey_paths.days) AS median_days
    FROM journeys
    LEFT JOIN journey_paths ON journey_paths.journey_id = journeys.journey_id
    GROUP BY journey_paths.path_id
),

listed_paths AS (
    SELECT
        coalesce(string_agg(journey_steps.step, ' > ' ORDER BY journey_steps.place), '(no touch)') AS path,
        count(journey_steps.step) AS steps,
        min(path_counts.conversions) AS conversions,
        min(path_counts.non_conversions) AS non_conversions,
        min(path_counts.revenue) AS revenue,
        min(path_counts.mean_days) AS mean_days,
        min(path_counts.median_days) AS median_days
    FROM path_counts
    LEFT JOIN journey_steps ON journey_steps.journey_id = path_counts.an_example
    GROUP BY path_counts.path_id
)

SELECT
    path,
    steps,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(non_conversions AS BIGINT) AS non_conversions,
    main.ratio(conversions, conversions + non_conversions) AS conversion_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    mean_days,
    median_days
FROM listed_paths
QUALIFY row_number() OVER (ORDER BY conversions DESC, non_conversions DESC, path) <= $limit_to
ORDER BY conversions DESC, non_conversions DESC, path
