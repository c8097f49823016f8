/*
question = "Does the model find what each channel really brought?"
doc = """
What the fit says that each channel brought, against truth.media_contribution of a synthetic company: the orders that contacts of the channel caused, and those at the sign-up of whom it brought, in the weeks of the fit. For a fit of revenue the truth is taken at the mean revenue of an order. Within 25 % counts as found. The row (all) \
is of the channels that are in the model. Without planted truth, as in your own data, there is no row."""
misleads = "Orders by habit of customers whom a channel brought are no channel's in the truth; a regression finds some of them. One company is one throw: an interval of 90 % misses one channel in ten."
grain = ["channel"]
headline = ["channel", "estimate", "low", "high", "truth", "error", "is_inside", "words"]
needs = ["model.mix_channel", "truth.media_contribution"]

[chart]
kind = "interval"
x = "channel"
y = "estimate"
low = "low"
high = "high"

[finding]
text = "{found:count} of {channels:count} channels in the model are found within 25 %, {inside:count} within their interval."
sql = """
SELECT
    count(CASE WHEN abs(error) <= 0.25 THEN 1 END) AS found,
    count(*) AS channels,
    count(CASE WHEN is_inside THEN 1 END) AS inside
FROM answer
WHERE error IS NOT NULL AND channel <> '(all)'
HAVING count(*) > 0"""

[columns]
channel = "Channel that charges; (all) those in the model together."
estimate = "Orders or revenue that it brought by the fit. NULL where it could not be fitted."
low = "Lower end of the interval of 90 %."
high = "Its upper end."
truth = "What it really brought. NULL of paid search for the own name, which the truth does not tell apart."
error = "estimate / truth - 1."
is_inside = "Whether the interval holds the truth."
own_share = "Share of the channel's movement that neither demand nor other channels have; what is learnt from."
words = "What that means."
*/
{% from "mix/_fit.sql" import fitted %}
WITH {{ fitted() }},

fit_weeks AS (
    SELECT week.week_start
    FROM model.mix_week AS week
    INNER JOIN fitted ON fitted.model = week.model
    GROUP BY week.week_start
),

truths AS (
    SELECT channel.channel, sum(planted.orders_by_contacts + planted.orders_at_sign_up) AS orders
    FROM truth.media_contribution AS planted
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = planted.channel_key
    INNER JOIN star.dim_date AS day ON day.date_key = planted.date_key
    INNER JOIN fit_weeks ON fit_weeks.week_start = day.date
    GROUP BY channel.channel
),

channels AS (
    SELECT channels.channel, channels.is_fitted, channels.own_share, CAST(truths.orders AS DOUBLE) AS orders
    FROM model.mix_channel AS channels
    INNER JOIN fitted ON fitted.model = channels.model
    LEFT JOIN truths ON truths.channel = channels.channel
),

drawn AS (
    SELECT draws.draw, draws.channel, draws.sales
    FROM model.mix_draw AS draws
    INNER JOIN fitted ON fitted.model = draws.model
    UNION ALL
    SELECT draws.draw, '(all)', sum(main.fixed_point(draws.sales))
    FROM model.mix_draw AS draws
    INNER JOIN fitted ON fitted.model = draws.model
    GROUP BY draws.draw
),

estimates AS (
    SELECT
        channel,
        max(CASE WHEN draw = 0 THEN CAST(sales AS DOUBLE) END) AS estimate,
        quantile_cont(CASE WHEN draw > 0 THEN CAST(sales AS DOUBLE) END, 0.05) AS low,
        quantile_cont(CASE WHEN draw > 0 THEN CAST(sales AS DOUBLE) END, 0.95) AS high
    FROM drawn
    GROUP BY channel
),

listed AS (
    SELECT channel, is_fitted, own_share, orders FROM channels
    UNION ALL
    SELECT '(all)', true, NULL, sum(CASE WHEN is_fitted THEN orders END)
    FROM channels
    HAVING count(*) > 0
),

held AS (
    SELECT
        listed.channel,
        estimates.estimate,
        estimates.low,
        estimates.high,
        listed.orders * CASE WHEN fitted.outcome = 'orders' THEN 1 ELSE revenue.per_order END AS truth,
        listed.own_share,
        fitted.regions
    FROM listed
    CROSS JOIN fitted
    CROSS JOIN (
        SELECT max(parameter.value) AS per_order
        FROM model.parameter AS parameter
        INNER JOIN fitted ON fitted.model = parameter.model
        WHERE parameter.name = 'revenue_per_order'
    ) AS revenue
    LEFT JOIN estimates ON estimates.channel = listed.channel
),

scored AS (
    SELECT
        held.*,
        main.ratio(held.estimate - held.truth, held.truth) AS error,
        held.truth BETWEEN held.low AND held.high AS is_inside
    FROM held
)

SELECT
    channel,
    estimate,
    low,
    high,
    truth,
    error,
    is_inside,
    own_share,
    CASE
        WHEN estimate IS NULL THEN 'not in the model: what it brought is not known, and is part of demand'
        WHEN truth IS NULL THEN 'no truth to hold it against'
        WHEN abs(error) <= 0.25 AND is_inside THEN 'found: within 25 % and within its interval'
        WHEN abs(error) <= 0.25 THEN 'found within 25 %, but its interval is too narrow'
        WHEN is_inside AND regions = 1 THEN 'not within 25 %, as its interval says: without regions, spend and season are hard to tell apart'
        WHEN is_inside THEN 'not within 25 %, as its interval says: too few orders to know it better'
        WHEN regions = 1 THEN 'missed: without regions, spend and season are hard to tell apart, and the interval does not know how hard'
        ELSE 'missed: outside of its interval, which misses one channel in ten by chance, and more where few orders lie in a region and week'
    END AS words
FROM scored
ORDER BY CASE WHEN channel = '(all)' THEN 1 ELSE 0 END, estimate DESC NULLS LAST, channel
