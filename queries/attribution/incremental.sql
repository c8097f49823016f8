/*
question = "Which orders would not have come without marketing, and what does each cost?"
doc = """
Orders and net revenue that each channel, or each campaign, caused, as martlet model fit incremental found by touches and orders alone: an order comes \
of the customer's own habit or of a touch before it, and a touch comes of itself or of people who had already decided to buy. Credit models share out \
all orders with a touch; here most orders belong to nobody. The rows of channels beside habit add up to the orders after customers' sign-ups (all_orders). \
Intervals are of 90 %, by the sampling of customers and with an allowance for the error that the model itself made on companies of known truth \
(docs/incremental.md), where it found some 15 % too few orders in all and shares within a point or two. An interval may reach below zero: then nothing may have been caused. Without a fit one row says what to do."""
misleads = """
The model assumes that Direct and paid search for the company's own name cause nothing (controls = none drops that), that touches come by \
chance given a customer's past, so that ads shown to people because they are about to buy are credited wrongly, that lags are longer than the hours in \
which people who have decided come back, and that touches that were not recognised work like those that were. First orders at the sign-up are nobody's here: \
the past before it is not known. Look at fit_status and model.diagnostic before money moves; spend of a past range says nothing of what \
the next unit brings."""
grain = ["step"]
headline = ["step", "caused_orders", "low", "high", "share", "harvest_share", "roas", "fit_status"]

[chart]
kind = "interval"
x = "step"
y = "caused_orders"
low = "low"
high = "high"

[finding]
text = "{channel} caused most orders, {orders:count} of {caused:count} that marketing caused; {habit:percent} of all orders after the sign-up would have come anyway."
effect = "effect"
sql = """
WITH ranked AS (
    SELECT
        step,
        caused_orders,
        low,
        habit_orders / nullif(all_orders, 0) AS habit,
        sum(caused_orders) OVER () AS caused,
        row_number() OVER (ORDER BY caused_orders DESC) AS place,
        lead(high) OVER (ORDER BY caused_orders DESC) AS next_high
    FROM answer
    WHERE fit_status = 'fitted' AND caused_orders IS NOT NULL
)
SELECT step AS channel, caused_orders AS orders, caused, habit, caused_orders / caused AS effect
FROM ranked
WHERE place = 1 AND low > next_high AND caused_orders >= 30"""

[params]
breakdown = { type = "choice", of = ["channel", "campaign"], default = "channel", doc = "Whether a row is a channel, or a campaign in its channel (touches without a campaign count for their channel)." }

[columns]
step = "Channel or campaign; (nothing) without a fit."
caused_orders = "Orders that would not have come without it, those included whose touch was not recognised."
low = "Lower end of the 90 % interval, with the allowance for the model's own error. NULL where no bootstrap was made."
high = "Its upper end."
caused_revenue = "Net revenue of these orders."
revenue_low = "Lower end of its 90 % interval."
revenue_high = "Its upper end."
share = "Share of all caused orders."
share_low = "Lower end of its 90 % interval, with the allowance for the model's own error. NULL for campaigns."
share_high = "Its upper end."
lag_days = "Mean days from touch to caused order, in operational time. NULL for campaigns."
effect = "Orders that a touch causes which comes of itself. NULL for campaigns."
harvest_share = "Share of the touches that an order to come had brought about: people who had already decided. NULL for campaigns."
recognised_share = "Share of its caused orders whose touch was recognised; the others are scaled up from them. NULL for campaigns."
spend = "Spend in star.fact_ad_spend."
roas = "Incremental return: caused revenue per unit of spend. NULL without spend."
cpa = "Spend per caused order. NULL where nothing was caused."
is_control = "Whether it was assumed to cause nothing."
all_orders = "Orders of all customers after their sign-up, the same in each row."
habit_orders = "Of these, those of habit, which nothing caused."
not_recognised_orders = "Of those caused, those whose touch was not recognised."
fit_status = "fitted; how many checks failed; stale, when data were loaded after the fit; or why there are no figures and what to do."
*/
{% from "attribution/_incremental_fit.sql" import fitted %}
WITH {{ fitted() }},

ad_spend AS (
    SELECT
        channel_key,
        CASE WHEN $breakdown = 'campaign' THEN campaign_key ELSE -1 END AS campaign_key,
        sum(spend) AS spend
    FROM star.fact_ad_spend
    GROUP BY ALL
),

channel_parameters AS (
    SELECT
        list_extract(string_split(parameter.name, ':'), 2) AS channel,
        max(CASE WHEN starts_with(parameter.name, 'effect:') THEN parameter.value END) AS effect,
        max(CASE WHEN starts_with(parameter.name, 'lag_days:') THEN parameter.value END) AS lag_days,
        max(CASE WHEN starts_with(parameter.name, 'harvest_share:') THEN parameter.value END) AS harvest_share,
        max(CASE WHEN starts_with(parameter.name, 'recognised_share:') THEN parameter.value END) AS recognised_share
    FROM model.parameter AS parameter
    WHERE parameter.model = $fit || '.declustering' AND contains(parameter.name, ':') AND $breakdown = 'channel'
    GROUP BY list_extract(string_split(parameter.name, ':'), 2)
),

steps AS (
    SELECT
        CASE
            WHEN caused.campaign_key > 0 THEN channel.channel || ' / ' || campaign.campaign_id
            ELSE channel.channel
        END AS step,
        channel.channel,
        caused.channel_key,
        caused.campaign_key,
        caused.orders,
        caused.orders_margin,
        caused.revenue,
        caused.revenue_margin,
        caused.share,
        caused.share_margin,
        caused.is_control
    FROM model.caused AS caused
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = caused.channel_key
    LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = caused.campaign_key
    WHERE
        caused.model = $fit || '.declustering'
        AND CASE WHEN $breakdown = 'campaign' THEN caused.campaign_key >= 0 ELSE caused.campaign_key = -1 END
)

SELECT
    coalesce(steps.step, '(nothing)') AS step,
    steps.orders AS caused_orders,
    steps.orders - steps.orders_margin AS low,
    steps.orders + steps.orders_margin AS high,
    main.money(steps.revenue) AS caused_revenue,
    main.money(steps.revenue - steps.revenue_margin) AS revenue_low,
    main.money(steps.revenue + steps.revenue_margin) AS revenue_high,
    steps.share,
    steps.share - steps.share_margin AS share_low,
    steps.share + steps.share_margin AS share_high,
    channel_parameters.lag_days,
    channel_parameters.effect,
    channel_parameters.harvest_share,
    channel_parameters.recognised_share,
    main.money(ad_spend.spend) AS spend,
    main.ratio(steps.revenue, CAST(ad_spend.spend AS DOUBLE)) AS roas,
    main.ratio(CAST(ad_spend.spend AS DOUBLE), steps.orders) AS cpa,
    steps.is_control,
    fitted.all_orders,
    fitted.habit_orders,
    fitted.not_recognised_orders,
    fitted.fit_status
FROM fitted
LEFT JOIN steps ON fitted.fit_as_of IS NOT NULL
LEFT JOIN channel_parameters ON channel_parameters.channel = steps.channel
LEFT JOIN ad_spend ON ad_spend.channel_key = steps.channel_key AND ad_spend.campaign_key = steps.campaign_key
ORDER BY steps.orders DESC NULLS LAST, step
