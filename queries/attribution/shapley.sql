/*
question = "What does each channel add to the sets of channels that win orders?"
doc = """
Each set of channels that some order was reached through, and the Shapley value of each member: what it adds on average, over all \
orders in which the members can join the set. With shapley_v = conversions the value of a set is the orders \
reached through nothing but its members, and the Shapley values then come to an equal split of every order among its distinct \
channels: simple, and blind to what works. With rate it is the share of paths of exactly this set that end in an order (nothing for a set never seen \
to order); that looks at people who did not order too, but a rare set weighs as much as a common one, and a channel that is often there in \
vain gets negative credit, which is shown as it is. The order of touches, and repeats, do not count."""
grain = ["steps", "step"]
headline = ["steps", "step", "conversions", "share", "credited_conversions"]
stored = true

[chart]
kind = "heat"
x = "step"
y = "steps"
series = "share"

[finding]
text = "Over all sets, {step} is credited with the most orders: {credited:number} of {total:count}."
sql = """
WITH members AS (
    SELECT step, sum(credited_conversions) AS credited
    FROM answer
    GROUP BY step
),

ranked AS (
    SELECT
        *,
        sum(credited) OVER () AS total,
        row_number() OVER (ORDER BY credited DESC) AS place,
        lead(credited) OVER (ORDER BY credited DESC) AS next_credited
    FROM members
)
SELECT step, credited, total
FROM ranked
WHERE place = 1 AND total >= 30 AND credited > next_credited + 1e-9"""

[params]
shapley_v = { type = "choice", of = ["conversions", "rate"], default = "rate", doc = "What a set is worth: the orders reached through its members, or the share of its paths that end in an order." }

[columns]
steps = "The set of channels or campaigns, in alphabetical order."
step = "One of them."
size = "How many there are."
conversions = "Orders whose touches were of exactly this set."
non_conversions = "People whose touches were, and who did not order."
conversion_rate = "conversions / (conversions + non_conversions)."
share = "Share of these orders that the member is credited with; can be negative, and more than 1, by rate. The shares of a set sum to 1."
credited_conversions = "share times conversions."
credited_revenue = "share times the net revenue of these orders."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/journeys/paths.sql" as counted %}
{% import "_shared/models/shapley.sql" as shapley %}
{% from "attribution/_breakdown.sql" import by_campaign %}
WITH {{ orders.conversions() }},

{{ touches.touches(by_campaign) }},

{{ paths.journey_steps(path_transform, null_paths="true") }},

{{ counted.journeys() }},

{{ counted.paths(path_transform) }},

{{ shapley.values("true") }},

member_shares AS (
    SELECT
        array_to_string(list_sort(steps), ' + ') AS steps,
        step,
        size,
        conversions,
        non_conversions,
        rate,
        revenue,
        CASE $shapley_v WHEN 'rate' THEN share ELSE main.ratio(1, size) END AS share
    FROM shapley_values
)

SELECT
    steps,
    step,
    size,
    CAST(conversions AS BIGINT) AS conversions,
    CAST(non_conversions AS BIGINT) AS non_conversions,
    rate AS conversion_rate,
    share,
    share * CAST(conversions AS DOUBLE) AS credited_conversions,
    share * CAST(revenue AS DOUBLE) AS credited_revenue
FROM member_shares
ORDER BY conversions DESC, steps, step
