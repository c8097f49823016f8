/*
question = "Which paths lead to orders, and which lead nowhere?"
doc = """
Each distinct path of touches, with the orders at its end and the people who walked it and did not order. A person who did not \
order in the range has one path, the lookback before their last touch; a person who did has one for each order. So \
conversion_rate compares orders with people, and is high for short paths that are common before an order: people who \
search for a shop by name are on their way to it. Orders without an eligible touch have the path (no touch). Long paths are many and \
rare; path_transform = exposure or unique brings like ones together."""
grain = ["path"]

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
{% from "attribution/_breakdown.sql" import dimension %}
{% set null_paths_when = "true" %}
{% set ages_when = "false" %}
WITH {% include "attribution/_paths.sql" %},

{% include "attribution/_unattributed.sql" %},

durations AS (
    SELECT
        CAST(nodes AS VARCHAR) AS path_id,
        sum(CAST(first_age AS DOUBLE)) / count(*) / 86400000000 AS mean_days,
        median(CAST(first_age AS DOUBLE)) / 86400000000 AS median_days
    FROM journeys
    GROUP BY nodes
),

spelt AS (
    SELECT
        path_id,
        string_agg(label, ' > ' ORDER BY place) AS path,
        count(*) AS steps,
        min(conversions) AS conversions,
        min(non_conversions) AS non_conversions,
        min(revenue) AS revenue
    FROM path_steps
    GROUP BY path_id
),

listed_paths AS (
    SELECT
        spelt.path,
        spelt.steps,
        spelt.conversions,
        spelt.non_conversions,
        spelt.revenue,
        durations.mean_days,
        durations.median_days
    FROM spelt
    LEFT JOIN durations ON durations.path_id = spelt.path_id
    UNION ALL
    SELECT '(no touch)', 0, count(*), 0, coalesce(sum(net_revenue), 0), NULL, NULL
    FROM unattributed
    HAVING count(*) > 0
)

SELECT
    path,
    CAST(steps AS BIGINT) AS steps,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(non_conversions AS BIGINT) AS non_conversions,
    CAST(conversions AS DOUBLE) / nullif(conversions + non_conversions, 0) AS conversion_rate,
    CAST(revenue AS DECIMAL(18, 2)) AS revenue,
    mean_days,
    median_days
FROM listed_paths
QUALIFY row_number() OVER (ORDER BY conversions DESC, non_conversions DESC, path) <= $limit_to
ORDER BY conversions DESC, non_conversions DESC, path
