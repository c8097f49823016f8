/*
question = "How do sales answer to more or less spend on each channel?"
doc = "The response curve of each channel in a mean week of the last year: what it would have brought had all its spend been a multiple of what it was, in the same regions and weeks, with an interval of 90 %. Multiple 1 is what was spent."
misleads = "Far from what was ever spent a curve is the shape that was assumed (half of a limit at some spend), and not data; the interval knows that only as far as shapes that are usual differ."
grain = ["channel", "multiple"]
headline = ["channel", "multiple", "weekly_spend", "sales", "low", "high", "is_today"]
needs = ["model.mix_curve"]

[chart]
kind = "response"
x = "multiple"
y = "sales"
series = "channel"
low = "low"
high = "high"

[finding]
text = "Twice the spend on {channel} would bring {more:percent} more of what it brings, not twice as much."
sql = """
SELECT channel, max(CASE WHEN multiple = 2 THEN sales END) / max(CASE WHEN is_today THEN sales END) - 1 AS more
FROM answer
GROUP BY channel
HAVING max(CASE WHEN is_today THEN low END) > 0
ORDER BY max(CASE WHEN is_today THEN sales END) DESC, channel LIMIT 1"""

[columns]
channel = "Channel that is in the model."
multiple = "Multiple of the spend of the last year."
weekly_spend = "Money in a mean week."
sales = "Orders or net revenue that it brings in a mean week."
low = "Lower end of the interval of 90 %."
high = "Its upper end."
is_today = "Whether it is what was spent."
outcome = "What sales are: orders or revenue."
*/
{% from "mix/_fit.sql" import fitted %}
WITH {{ fitted() }},

points AS (
    SELECT
        curve.channel,
        curve.multiple,
        max(CASE WHEN curve.draw = 0 THEN curve.sales END) AS sales,
        quantile_cont(CASE WHEN curve.draw > 0 THEN curve.sales END, 0.05) AS low,
        quantile_cont(CASE WHEN curve.draw > 0 THEN curve.sales END, 0.95) AS high
    FROM model.mix_curve AS curve
    INNER JOIN fitted ON fitted.model = curve.model
    WHERE curve.multiple <> 1.01
    GROUP BY curve.channel, curve.multiple
)

SELECT
    points.channel,
    points.multiple,
    main.money(points.multiple * channels.spend_year / fitted.weeks_year) AS weekly_spend,
    points.sales,
    points.low,
    points.high,
    points.multiple = 1 AS is_today,
    fitted.outcome
FROM points
CROSS JOIN fitted
INNER JOIN model.mix_channel AS channels ON channels.model = fitted.model AND channels.channel = points.channel
ORDER BY points.channel, points.multiple
