/*
question = "What did each channel bring, and what did it cost?"
doc = """
Sales (orders, or net revenue where the fit was told so) that would not have come without a channel's spend, as martlet model fit mix found from the weeks of each region, with an interval of 90 % by a block bootstrap. The rows add up to all sales: channels, (demand), which would have come without media, and (unexplained), which the model \
does not account for. Channels that could not be fitted have no figures, and words says why: their sales are part of demand. A fit of orders takes the mean revenue of an order for returns."""
misleads = """
The model learns from spend that differs between weeks and regions. Where somebody raises a budget because demand is high, it takes demand for an effect; a channel that was never switched off, or that moves with another, is a guess. Figures are of what was spent, not of what more would bring: for that see marginal."""
grain = ["part"]
headline = ["part", "sales", "low", "high", "share", "spend", "roas", "verdict"]
needs = ["model.mix_channel"]

[chart]
kind = "interval"
x = "part"
y = "sales"
low = "low"
high = "high"

[finding]
text = "{part} brought most, {sales:count} {outcome} ({low:count} to {high:count}); {demand:percent} of all would have come without media."
effect = "effect"
sql = """
WITH ranked AS (
    SELECT
        *,
        max(CASE WHEN part = '(demand)' THEN share END) OVER () AS demand,
        row_number() OVER (ORDER BY CASE WHEN low IS NULL THEN 1 ELSE 0 END, sales DESC) AS place
    FROM answer
)
SELECT part, sales, low, high, outcome, demand, share AS effect
FROM ranked
WHERE place = 1 AND low > 0 AND verdict = 'known'"""

[columns]
part = "Channel; (demand), what would have come without media; or (unexplained)."
sales = "Orders or net revenue that it brought. NULL where it could not be fitted."
low = "Lower end of the interval of 90 %. NULL of demand and of the rest."
high = "Its upper end."
share = "Share of all sales."
spend = "Money spent on it."
roas = "Revenue that it brought for each unit of spend."
roas_low = "Lower end of its interval."
roas_high = "Its upper end."
cost_per_order = "Spend for each order that it brought. NULL for a fit of revenue."
cost_low = "Lower end of its interval."
cost_high = "Its upper end; NULL where the lower end of the orders is 0."
verdict = "Whether it is known: known where the interval reaches no further than about a third to either side, roughly known up to three quarters, else not known."
words = "What to know of the channel, and why it could not be fitted. NULL where there is nothing."
outcome = "What sales are: orders or revenue."
all_sales = "All sales of these weeks, the same in each row."
fit_status = "fitted; stale, when data were loaded after the fit; or doubtful."
*/
{% from "mix/_fit.sql" import fitted, is_roughly_known %}
WITH {{ fitted() }},

parts AS (
    SELECT week.part, sum(main.fixed_point(week.sales)) AS sales
    FROM model.mix_week AS week
    INNER JOIN fitted ON fitted.model = week.model
    GROUP BY week.part
),

intervals AS (
    SELECT
        draws.channel,
        quantile_cont(draws.sales, 0.05) AS low,
        quantile_cont(draws.sales, 0.95) AS high
    FROM model.mix_draw AS draws
    INNER JOIN fitted ON fitted.model = draws.model
    WHERE draws.draw > 0
    GROUP BY draws.channel
),

channels AS (
    SELECT channels.channel, channels.spend, channels.words
    FROM model.mix_channel AS channels
    INNER JOIN fitted ON fitted.model = channels.model
),

joined AS (
    SELECT
        coalesce(parts.part, channels.channel) AS part,
        CAST(parts.sales AS DOUBLE) AS sales,
        intervals.low,
        intervals.high,
        channels.spend,
        channels.words,
        (intervals.high - intervals.low) / 2 / nullif(CAST(parts.sales AS DOUBLE), 0) AS half_width
    FROM parts
    FULL JOIN channels ON channels.channel = parts.part
    LEFT JOIN intervals ON intervals.channel = parts.part
)

SELECT
    joined.part,
    joined.sales,
    joined.low,
    joined.high,
    main.ratio(joined.sales, fitted.all_sales) AS share,
    main.money(joined.spend) AS spend,
    main.ratio(joined.sales * fitted.revenue_per_sale, joined.spend) AS roas,
    main.ratio(joined.low * fitted.revenue_per_sale, joined.spend) AS roas_low,
    main.ratio(joined.high * fitted.revenue_per_sale, joined.spend) AS roas_high,
    CASE WHEN fitted.outcome = 'orders' THEN main.ratio(joined.spend, joined.sales) END AS cost_per_order,
    CASE WHEN fitted.outcome = 'orders' THEN main.ratio(joined.spend, joined.high) END AS cost_low,
    CASE WHEN fitted.outcome = 'orders' THEN main.ratio(joined.spend, joined.low) END AS cost_high,
    CASE
        WHEN joined.part IN ('(demand)', '(unexplained)') THEN NULL
        WHEN joined.half_width <= 0.35 THEN 'known'
        WHEN {{ is_roughly_known("joined.half_width") }} THEN 'roughly known'
        ELSE 'not known'
    END AS verdict,
    joined.words,
    fitted.outcome,
    fitted.all_sales,
    fitted.fit_status
FROM joined
CROSS JOIN fitted
ORDER BY
    CASE joined.part WHEN '(demand)' THEN 1 WHEN '(unexplained)' THEN 2 ELSE 0 END,
    joined.sales DESC NULLS LAST,
    joined.part
