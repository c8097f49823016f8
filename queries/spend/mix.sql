/*
question = "Is the money where the revenue comes from, and what would the next bit of money bring?"
doc = """
The share of each channel in all spend beside its share in the revenue that a model credits to the channels that charge. A share \
of revenue below that of spend is a return below the average. Where to move money is another question: what counts is what \
the next bit brings. marginal_roas estimates it as the slope of a straight line through the channel's weeks, credited \
revenue on spend, with a 95 % interval (ordinary least squares); it needs min_weeks whole weeks in which spend varied, and \
leans on weeks being alike: seasons in which both rise make it too high, revenue that comes weeks later makes it too low. A \
wide interval says that the data can't tell. An experiment can."""
grain = ["model", "channel"]
headline = ["model", "channel", "spend_share", "revenue_share", "roas", "marginal_roas", "marginal_roas_low", "marginal_roas_high"]
needs = ["star.fact_ad_spend"]

[chart]
kind = "dumbbell"
x = "channel"
y = ["spend_share", "revenue_share"]

[finding]
text = "Another 1 of weekly spend on {channel} went along with {slope:number} of revenue ({low:number} to {high:number}), by the model {model}."
sql = """
SELECT model, channel, marginal_roas AS slope, marginal_roas_low AS low, marginal_roas_high AS high
FROM answer
WHERE marginal_roas_low > 0
ORDER BY marginal_roas_low DESC, model, channel LIMIT 1"""

[params]
min_weeks = { type = "int", min = 3, max = 1000, default = 12, doc = "Whole weeks that marginal_roas needs." }

[columns]
model = "Model that gives the credit."
channel = "Channel that charges."
spend = "Money charged in the range."
spend_share = "Share of all spend."
revenue = "Net revenue credited, not rounded."
revenue_share = "Share of the revenue credited to channels that charge."
share_gap = "revenue_share - spend_share."
roas = "revenue / spend: the average return."
weeks = "Whole weeks, Monday to Sunday, between the first and the last day of spend in the range, of any channel."
marginal_roas = "Revenue that another unit of weekly spend went along with."
marginal_roas_low = "Lower end of its 95 % interval, by Student's t with weeks - 2 degrees of freedom."
marginal_roas_high = "Upper end of its 95 % interval."
*/
{% import "_shared/journeys/orders.sql" as orders %}
{% import "_shared/journeys/touches.sql" as touches %}
{% import "_shared/journeys/steps.sql" as paths %}
{% import "_shared/models/order_credits.sql" as models %}
{% import "spend/_ledger.sql" as charges %}
{% import "spend/_marginal_roas.sql" as marginal %}
WITH {% if "markov" in model %}RECURSIVE {% endif %}{{ orders.conversions() }},

{{ touches.touches(by_campaign="false") }},

{{ paths.journey_steps(path_transform, null_paths=models.null_paths(model)) }},

{{ models.credited_by_period(model, path_transform, period_start="CAST(date_trunc('week', conversions.ordered_at) AS DATE)") }},

{{ charges.ledger() }},

weekly_spend AS (
    SELECT channel, CAST(date_trunc('week', date) AS DATE) AS week_start, sum(spend) AS spend
    FROM ledger
    GROUP BY 1, 2
),

weekly_revenue AS (
    SELECT order_credits.model, channel, period_start AS week_start, sum(revenue) AS revenue
    FROM order_credits
    GROUP BY order_credits.model, channel, period_start
),

channel_sums AS (
    SELECT sums.model, channel, sum(spend) AS spend, sum(revenue) AS revenue
    FROM (
        SELECT requested_models.model, weekly_spend.channel, weekly_spend.spend, CAST(0 AS DECIMAL(38, 17)) AS revenue
        FROM weekly_spend
        CROSS JOIN requested_models
        UNION ALL
        SELECT weekly_revenue.model, channel, 0, revenue
        FROM weekly_revenue
        WHERE channel IN (SELECT channel FROM weekly_spend)
    ) AS sums
    GROUP BY sums.model, channel
),

{{ marginal.slopes() }},

channel_shares AS (
    SELECT
        channel_sums.model,
        channel,
        CAST(spend AS DECIMAL(18, 2)) AS spend,
        main.ratio(spend, sum(spend) OVER (PARTITION BY channel_sums.model)) AS spend_share,
        CAST(revenue AS DOUBLE) AS revenue,
        main.ratio(revenue, sum(revenue) OVER (PARTITION BY channel_sums.model)) AS revenue_share
    FROM channel_sums
),

intervals AS (
    SELECT slopes.*, stats.student_t_quantile(0.975, weeks - 2) * standard_error AS margin
    FROM slopes
)

SELECT
    shares.model,
    shares.channel,
    shares.spend,
    shares.spend_share,
    shares.revenue,
    shares.revenue_share,
    shares.revenue_share - shares.spend_share AS share_gap,
    main.ratio(shares.revenue, shares.spend) AS roas,
    coalesce(intervals.weeks, 0) AS weeks,
    intervals.slope AS marginal_roas,
    intervals.slope - intervals.margin AS marginal_roas_low,
    intervals.slope + intervals.margin AS marginal_roas_high
FROM channel_shares AS shares
LEFT JOIN intervals ON intervals.model = shares.model AND intervals.channel = shares.channel
ORDER BY list_position($model, shares.model), shares.spend DESC, shares.channel
