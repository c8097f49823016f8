/*
question = "What does the next unit of money bring on each channel?"
doc = "The slope of each channel's response curve at what was spent in the last year: sales and revenue that one unit of money more brings, when spend rises by a hundredth in the same regions and weeks; with an interval of 90 %. Beside it the mean return: by saturation the next unit brings less. Money belongs where the next unit brings most."
misleads = "It leans on the shape of the curve, of which weeks say less than of the contribution. Revenue is before the cost of goods: with a margin of 40 % the next unit pays from 2.50 on."
grain = ["channel"]
headline = ["channel", "weekly_spend", "marginal_roas", "low", "high", "mean_roas", "marginal_cost", "verdict"]
needs = ["model.mix_curve"]

[chart]
kind = "interval"
x = "channel"
y = "marginal_roas"
low = "low"
high = "high"

[finding]
text = "The next 1 on {channel} brings {roas:number} of revenue ({low:number} to {high:number}); on average it brought {mean:number}."
sql = """
SELECT channel, marginal_roas AS roas, low, high, mean_roas AS mean
FROM answer
WHERE low > 1
ORDER BY low DESC, channel LIMIT 1"""

[params]
margin = { type = "float", min = 0.01, max = 1, default = 1, doc = "Share of revenue that is left after the cost of goods; the next unit pays where what it brings, times this, is above 1." }

[columns]
channel = "Channel that is in the model."
weekly_spend = "Money in a mean week of the last year."
marginal_sales = "Orders or net revenue that one unit of money more brings."
marginal_roas = "Revenue that it brings; of a fit of orders at the mean revenue of an order."
low = "Lower end of the interval of 90 % of marginal_roas."
high = "Its upper end."
mean_roas = "Revenue for each unit of the spend of the last year."
marginal_cost = "Money for the next order. NULL for a fit of revenue."
verdict = "pays, does not pay, or not known: whether the interval, times margin, lies above, below or about 1."
outcome = "What sales are: orders or revenue."
*/
{% from "mix/_fit.sql" import fitted %}
WITH {{ fitted() }},

slopes AS (
    SELECT
        curve.channel,
        curve.draw,
        max(CASE WHEN curve.multiple = 1 THEN curve.sales END) AS sales,
        (max(CASE WHEN curve.multiple = 1.01 THEN curve.sales END) - max(CASE WHEN curve.multiple = 1 THEN curve.sales END)) / 0.01 AS slope
    FROM model.mix_curve AS curve
    INNER JOIN fitted ON fitted.model = curve.model
    GROUP BY curve.channel, curve.draw
),

channel_slopes AS (
    SELECT
        channel,
        max(CASE WHEN draw = 0 THEN sales END) AS sales,
        max(CASE WHEN draw = 0 THEN slope END) AS slope,
        quantile_cont(CASE WHEN draw > 0 THEN slope END, 0.05) AS low,
        quantile_cont(CASE WHEN draw > 0 THEN slope END, 0.95) AS high
    FROM slopes
    GROUP BY channel
),

returns AS (
    SELECT
        channel_slopes.channel,
        channels.spend_year / fitted.weeks_year AS weekly_spend,
        channel_slopes.slope / nullif(channels.spend_year / fitted.weeks_year, 0) AS marginal_sales,
        channel_slopes.low * fitted.revenue_per_sale / nullif(channels.spend_year / fitted.weeks_year, 0) AS low,
        channel_slopes.high * fitted.revenue_per_sale / nullif(channels.spend_year / fitted.weeks_year, 0) AS high,
        channel_slopes.sales * fitted.revenue_per_sale / nullif(channels.spend_year / fitted.weeks_year, 0) AS mean_roas,
        fitted.revenue_per_sale,
        fitted.outcome
    FROM channel_slopes
    CROSS JOIN fitted
    INNER JOIN model.mix_channel AS channels ON channels.model = fitted.model AND channels.channel = channel_slopes.channel
)

SELECT
    channel,
    main.money(weekly_spend) AS weekly_spend,
    marginal_sales,
    marginal_sales * revenue_per_sale AS marginal_roas,
    low,
    high,
    mean_roas,
    CASE WHEN outcome = 'orders' AND marginal_sales > 0 THEN 1 / marginal_sales END AS marginal_cost,
    CASE
        WHEN weekly_spend = 0 THEN 'not known: nothing was spent in the last year'
        WHEN low * $margin > 1 THEN 'pays'
        WHEN high * $margin < 1 THEN 'does not pay'
        ELSE 'not known: the interval lies about 1'
    END AS verdict,
    outcome
FROM returns
ORDER BY marginal_sales DESC NULLS LAST, channel
