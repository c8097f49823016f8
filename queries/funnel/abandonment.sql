/*
question = "How many carts and checkouts are left, what is in them, and how many come back?"
doc = """
Sessions that put something into a cart, or began to check out, and ended without a purchase. A session is left at its furthest stage: one that began to check out is not \
among the carts left, but counts among the sessions that reached the cart. What is at stake is the value of what was put in. Recovered is what the same person (the customer, where \
known, else the browser) bought in a later session that began within recover_days. Needs the facts of sessions; values also those of events."""
misleads = """
A cart is a list of wishes for many, and left without regret: what is at stake would not all have been bought. Recovered does not mean recovered by a mail or an ad. A product that is put in, \
taken out and put in again counts twice. Carts of the last recover_days may still come back: open counts them."""
grain = ["breakdown_value", "stage_number"]
headline = ["breakdown_value", "stage", "reached", "abandoned", "abandonment_rate", "value_at_stake", "recovery_rate", "value_lost"]
needs = ["star.fact_event"]

[params]
recover_days = { type = "float", min = 0.0001, max = 3650, default = 7, doc = "Days after the beginning of the session that was left within which a purchase recovers it, inclusive." }
breakdown = { type = "choice", of = ["none", "channel", "device", "country"], default = "none", doc = "A property of the session that was left." }
start = { type = "timestamp", doc = "First moment of the sessions, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the sessions, exclusive; purchases that recover may follow. Default: all." }
as_of = { type = "timestamp", doc = "Today: later sessions are unknown. Default: the beginning of the last session in the data." }

[columns]
breakdown_value = "Value of the breakdown, (all) without one."
stage_number = "3 for Add to Cart, 4 for Checkout."
stage = "The stage at which sessions were left."
reached = "Sessions that reached the stage."
abandoned = "Of these, sessions that ended there."
abandonment_rate = "abandoned / reached."
rate_low = "Lower end of its 95 % interval (Wilson)."
rate_high = "Upper end."
with_value = "Sessions abandoned whose additions to the cart have a value."
value_at_stake = "Value of what had been put into the carts of the sessions abandoned. NULL, like the two below, where sessions were left and the value of none of their carts is known."
recovered = "Sessions abandoned whose person bought within recover_days."
recover_days = "The days within which a purchase recovers, as asked for."
open = "Sessions abandoned, not recovered, whose recover_days were not over at as_of."
recovery_rate = "recovered, divided by the sessions abandoned that are not open."
value_recovered = "Value of the carts of the sessions recovered."
value_lost = "Value of the carts of the sessions neither recovered nor open."

[chart]
kind = "bar"
x = "stage"
y = ["value_recovered", "value_lost"]
series = "breakdown_value"

[finding]
text = "Of {reached:count} sessions with a cart {abandoned:count} ended without a purchase; after {recovered:count} of them the person bought within {recover_days:days}. {value_lost:money} stayed behind."
sql = """
SELECT max(reached) AS reached, sum(abandoned) AS abandoned, sum(recovered) AS recovered, max(recover_days) AS recover_days, sum(value_lost) AS value_lost
FROM answer
HAVING count(DISTINCT breakdown_value) = 1 AND sum(abandoned) >= 30 AND count(value_lost) = count(*)"""
*/
WITH today AS (
    SELECT epoch_us(coalesce($as_of, latest.started_at)) AS today
    FROM (SELECT max(started_at) AS started_at FROM star.fact_session) AS latest
),

-- Customers and browsers have numbers of their own: browsers below 0.
carts AS (
    SELECT
        session.session_id,
        CASE
            WHEN session.customer_key <> 0 THEN session.customer_key
            WHEN visitor.customer_key <> 0 THEN visitor.customer_key
            ELSE -session.visitor_id
        END AS person,
        epoch_us(session.started_at) AS started,
        CASE session.furthest_stage WHEN 'Add to Cart' THEN 3 WHEN 'Checkout' THEN 4 ELSE 5 END AS stage_number,
        session.channel_key,
        session.device_key,
        session.geography_key,
        ($start IS NULL OR session.started_at >= $start) AND ($until IS NULL OR session.started_at < $until) AS in_range
    FROM star.fact_session AS session
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = session.visitor_id
    WHERE
        session.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase')
        AND ($as_of IS NULL OR session.started_at <= $as_of)
),

-- The next purchase of the person, of this session or of a later one.
followed AS (
    SELECT
        carts.*,
        min(CASE WHEN stage_number = 5 THEN started END) OVER (
            PARTITION BY coalesce(person, 0), CASE WHEN person IS NULL THEN session_id END ORDER BY started
            RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS bought_at
    FROM carts
),

cart_values AS (
    SELECT session_id, sum(value) AS value
    FROM star.fact_event
    WHERE event_name = 'add_to_cart' AND session_id IS NOT NULL
    GROUP BY session_id
),

described AS (
    SELECT
        CASE $breakdown
            WHEN 'none' THEN '(all)'
            WHEN 'channel' THEN coalesce(channel.channel, '(unknown)')
            WHEN 'device' THEN coalesce(CAST(device.device_type AS VARCHAR), '(unknown)')
            ELSE coalesce(place.country, '(unknown)')
        END AS breakdown_value,
        followed.stage_number,
        CASE WHEN followed.stage_number < 5 THEN cart_values.value END AS value,
        followed.bought_at - followed.started <= main.microseconds($recover_days) AS is_recovered,
        followed.started + main.microseconds($recover_days) > today.today AS is_open
    FROM followed
    CROSS JOIN today
    LEFT JOIN cart_values ON cart_values.session_id = followed.session_id
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = followed.channel_key
    LEFT JOIN star.dim_device AS device ON device.device_key = followed.device_key
    LEFT JOIN star.dim_geography AS place ON place.geography_key = followed.geography_key
    WHERE followed.in_range
),

totals AS (
    SELECT
        described.breakdown_value,
        stages.stage_number,
        stages.stage,
        count(*) AS reached,
        count(CASE WHEN described.stage_number = stages.stage_number THEN 1 END) AS abandoned,
        count(CASE WHEN described.stage_number = stages.stage_number THEN described.value END) AS with_value,
        sum(CASE WHEN described.stage_number = stages.stage_number THEN described.value END) AS value,
        count(CASE WHEN described.stage_number = stages.stage_number AND described.is_recovered THEN 1 END) AS recovered,
        sum(CASE WHEN described.stage_number = stages.stage_number AND described.is_recovered THEN described.value END) AS value_recovered,
        count(CASE WHEN described.stage_number = stages.stage_number AND NOT coalesce(described.is_recovered, false) AND described.is_open THEN 1 END) AS still_open,
        sum(CASE WHEN described.stage_number = stages.stage_number AND NOT coalesce(described.is_recovered, false) AND NOT described.is_open THEN described.value END) AS value_lost
    FROM described
    INNER JOIN (VALUES (3, 'Add to Cart'), (4, 'Checkout')) AS stages (stage_number, stage) ON stages.stage_number <= described.stage_number
    GROUP BY described.breakdown_value, stages.stage_number, stages.stage
)

SELECT
    breakdown_value,
    CAST(stage_number AS INTEGER) AS stage_number,
    stage,
    reached,
    abandoned,
    main.ratio(abandoned, reached) AS abandonment_rate,
    stats.wilson_low(main.ratio(abandoned, reached), reached, stats.z_95()) AS rate_low,
    stats.wilson_high(main.ratio(abandoned, reached), reached, stats.z_95()) AS rate_high,
    with_value,
    CAST(CASE WHEN abandoned = 0 THEN 0 ELSE value END AS DECIMAL(18, 2)) AS value_at_stake,
    recovered,
    CAST($recover_days AS DOUBLE) AS recover_days,
    still_open AS open,
    main.ratio(recovered, abandoned - still_open) AS recovery_rate,
    CAST(CASE WHEN recovered = 0 THEN 0 ELSE value_recovered END AS DECIMAL(18, 2)) AS value_recovered,
    CAST(CASE WHEN abandoned = recovered + still_open THEN 0 ELSE value_lost END AS DECIMAL(18, 2)) AS value_lost
FROM totals
ORDER BY breakdown_value, stage_number
