/*
question = "Which channels bring in the orders, and are they worth their cost?"
doc = """
Orders, and their net revenue, credited to the channels of the touches before them by one model. Every order counts as it was \
placed, before refunds and cancellations, so that the rows sum to star.fact_order in the range: the credited ones and \
(unattributed), the orders without an eligible touch. Touches may precede the range, orders may not. A model divides what \
happened among those who were near; it does not tell what a channel has caused: models that look at the last touch credit \
search and direct for demand that others made. Touches that nobody acted on (impressions, email opens) are left out unless \
asked for in touch_types. Spend is the whole ledger of the range, so a channel that is excluded, or that brought no order, \
keeps its own."""
grain = ["channel"]

[params]
model = { type = "choice", of = ["first", "last", "linear", "position", "time_decay"], default = "linear", doc = "Who gets the credit: the first touch, the last one, all alike, the ends more than the middle, or the later more than the earlier." }
start = { type = "timestamp", doc = "First moment of the orders, inclusive; days of spend that begin before it are left out. Default: all." }
until = { type = "timestamp", doc = "End of the orders and of the days of spend, exclusive. Default: all." }
lookback_days = { type = "float", min = 0, max = 3650, default = 30, doc = "Elapsed days before the order within which a touch counts, inclusive." }
lookback_steps = { type = "int", min = 0, max = 1000000, default = 0, doc = "Only the most recent touches of each order, this many; 0 is all." }
touch_types = { type = "list[choice]", of = ["impression", "click", "visit", "email_open", "email_click", "other"], default = ["click", "visit", "email_click"], doc = "The touches that count." }
exclude_channels = { type = "list[str]", default = [], doc = "Channels whose touches do not count, by name; their credit goes to the other touches." }
include_channels = { type = "list[str]", default = [], doc = "The only channels whose touches count, by name. Empty: all." }
conversions_per_customer = { type = "choice", of = ["all", "first"], default = "all", doc = "Every order, or only each customer's first in the range. Orders of unknown customers all stay." }
first_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the first touch. With the last touch's at most 1; touches in the middle share the rest. Two touches share in the ratio of both, alike if both are 0." }
last_weight = { type = "float", min = 0, max = 1, default = 0.4, doc = "Position model: share of the last touch." }
half_life_days = { type = "float", min = 0.0001, max = 3650, default = 7, doc = "Time decay model: days before the order at which a touch weighs half as much." }

[columns]
channel = "Channel of the touches; (unattributed) is always there, and last."
conversions = "Orders credited, with fractions."
revenue = "Net revenue credited, not rounded: the rows sum to the total to the cent."
influenced_conversions = "Orders with at least one eligible touch of the channel, each counted whole by every channel that touched it."
influenced_revenue = "Net revenue of these orders."
touches = "Eligible touches before these orders, each counted once."
spend = "Spend of the range in star.fact_ad_spend."
cpa = "Spend per credited conversion. NULL without one."
roas = "Credited revenue per unit of spend. NULL without spend."
roi = "(revenue - spend) / spend. NULL without spend."
*/
WITH {% include "attribution/_credits.sql" %},

shared AS (
    SELECT order_id, channel, CAST(sum(credit) AS DECIMAL(19, 15)) AS credit
    FROM credits
    GROUP BY order_id, channel
),

credited AS (
    SELECT
        shared.channel,
        CAST(sum(shared.credit) AS DOUBLE) AS conversions,
        CAST(sum(shared.credit * conversions.net_revenue) AS DOUBLE) AS revenue,
        count(*) AS influenced_conversions,
        sum(conversions.net_revenue) AS influenced_revenue
    FROM shared
    INNER JOIN conversions ON conversions.order_id = shared.order_id
    GROUP BY shared.channel
),

touched AS (
    SELECT channel, count(DISTINCT touchpoint_id) AS touches
    FROM credits
    GROUP BY channel
),

unattributed AS (
    SELECT
        '(unattributed)' AS channel,
        CAST(count(*) AS DOUBLE) AS conversions,
        CAST(coalesce(sum(net_revenue), 0) AS DOUBLE) AS revenue
    FROM conversions
    WHERE order_id NOT IN (SELECT order_id FROM shared)
),

spent AS (
    SELECT channel.channel, sum(ledger.spend) AS spend
    FROM star.fact_ad_spend AS ledger
    LEFT JOIN star.dim_date AS day ON day.date_key = ledger.date_key
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = ledger.channel_key
    WHERE
        ($start IS NULL OR day.date >= $start)
        AND ($until IS NULL OR day.date < $until)
    GROUP BY channel.channel
),

channels AS (
    SELECT channel FROM credited
    UNION
    SELECT channel FROM unattributed
    UNION
    SELECT channel FROM spent
),

summed AS (
    SELECT
        channels.channel,
        coalesce(credited.conversions, unattributed.conversions, 0) AS conversions,
        coalesce(credited.revenue, unattributed.revenue, 0) AS revenue,
        CAST(coalesce(credited.influenced_conversions, 0) AS BIGINT) AS influenced_conversions,
        CAST(coalesce(credited.influenced_revenue, 0) AS DECIMAL(18, 2)) AS influenced_revenue,
        CAST(coalesce(touched.touches, 0) AS BIGINT) AS touches,
        CAST(coalesce(spent.spend, 0) AS DECIMAL(18, 2)) AS spend
    FROM channels
    LEFT JOIN credited ON credited.channel = channels.channel
    LEFT JOIN touched ON touched.channel = channels.channel
    LEFT JOIN unattributed ON unattributed.channel = channels.channel
    LEFT JOIN spent ON spent.channel = channels.channel
)

SELECT
    channel,
    conversions,
    revenue,
    influenced_conversions,
    influenced_revenue,
    touches,
    spend,
    CAST(spend AS DOUBLE) / nullif(conversions, 0) AS cpa,
    revenue / nullif(CAST(spend AS DOUBLE), 0) AS roas,
    (revenue - CAST(spend AS DOUBLE)) / nullif(CAST(spend AS DOUBLE), 0) AS roi
FROM summed
ORDER BY CASE WHEN channel = '(unattributed)' THEN 1 ELSE 0 END, revenue DESC, channel
