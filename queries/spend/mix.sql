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
marginal_roas_low = "Lower end of its 95 % interval (normal approximation)."
marginal_roas_high = "Upper end of its 95 % interval."
*/
{% from "attribution/_when.sql" import ages_when, counterfactual_when, markov_when, null_paths_when, shapley_rate_when %}
{% set dimension = "'channel'" %}
{% set period_start = "CAST(date_trunc('week', ordered_at) AS DATE)" %}
WITH RECURSIVE {% include "attribution/_paths.sql" %},

{% include "attribution/_order_credits.sql" %},

{% include "spend/_ledger.sql" %},

charged AS (
    SELECT channel, CAST(date_trunc('week', date) AS DATE) AS week_start, sum(spend) AS spend
    FROM ledger
    GROUP BY 1, 2
),

earned AS (
    SELECT
        order_credits.model,
        order_credits.channel,
        order_credits.period_start AS week_start,
        sum(order_credits.revenue) AS revenue
    FROM order_credits
    GROUP BY order_credits.model, order_credits.channel, order_credits.period_start
),

whole AS (
    SELECT
        sums.model,
        sums.channel,
        sum(sums.spend) AS spend,
        sum(sums.revenue) AS revenue
    FROM (
        SELECT asked.model, charged.channel, charged.spend, CAST(0 AS DECIMAL(38, 15)) AS revenue
        FROM charged
        CROSS JOIN asked
        UNION ALL
        SELECT earned.model, earned.channel, 0, earned.revenue
        FROM earned
        WHERE earned.channel IN (SELECT charged.channel FROM charged)
    ) AS sums
    GROUP BY sums.model, sums.channel
),

whole_weeks AS (
    SELECT CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start
    FROM star.dim_date AS day
    INNER JOIN (SELECT min(date) AS first_date, max(date) AS last_date FROM ledger) AS ends
        ON day.date >= ends.first_date AND day.date <= ends.last_date
    GROUP BY 1
    HAVING count(*) = 7
),

-- Money in cents and exact sums, so that no result depends on the number of threads.
points AS (
    SELECT
        whole.model,
        whole.channel,
        CAST(coalesce(charged.spend, 0) AS DECIMAL(17, 2)) AS x,
        CAST(round(coalesce(earned.revenue, 0), 2) AS DECIMAL(17, 2)) AS y
    FROM whole
    CROSS JOIN whole_weeks
    LEFT JOIN charged ON charged.channel = whole.channel AND charged.week_start = whole_weeks.week_start
    LEFT JOIN earned
        ON earned.model = whole.model AND earned.channel = whole.channel AND earned.week_start = whole_weeks.week_start
),

moments AS (
    SELECT
        points.model,
        points.channel,
        count(*) AS weeks,
        CAST(sum(points.x * points.x) AS DOUBLE) - power(CAST(sum(points.x) AS DOUBLE), 2) / count(*) AS xx,
        CAST(sum(points.y * points.y) AS DOUBLE) - power(CAST(sum(points.y) AS DOUBLE), 2) / count(*) AS yy,
        CAST(sum(points.x * points.y) AS DOUBLE)
        - CAST(sum(points.x) AS DOUBLE) * CAST(sum(points.y) AS DOUBLE) / count(*) AS xy
    FROM points
    GROUP BY points.model, points.channel
),

-- Differences below a cent of weekly spend are rounding, not variation.
slopes AS (
    SELECT
        moments.model,
        moments.channel,
        moments.weeks,
        CASE WHEN moments.weeks >= $min_weeks AND moments.xx > 0.0001 * moments.weeks THEN moments.xy / moments.xx END AS slope,
        CASE
            WHEN moments.weeks >= $min_weeks AND moments.xx > 0.0001 * moments.weeks
                THEN sqrt(greatest(moments.yy / moments.xx - power(moments.xy / moments.xx, 2), 0) / (moments.weeks - 2))
        END AS standard_error
    FROM moments
),

shares AS (
    SELECT
        whole.model,
        whole.channel,
        CAST(whole.spend AS DECIMAL(18, 2)) AS spend,
        main.ratio(whole.spend, sum(whole.spend) OVER (PARTITION BY whole.model)) AS spend_share,
        CAST(whole.revenue AS DOUBLE) AS revenue,
        main.ratio(whole.revenue, sum(whole.revenue) OVER (PARTITION BY whole.model)) AS revenue_share
    FROM whole
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
    CAST(coalesce(slopes.weeks, 0) AS BIGINT) AS weeks,
    slopes.slope AS marginal_roas,
    slopes.slope - 1.959963984540054 * slopes.standard_error AS marginal_roas_low,
    slopes.slope + 1.959963984540054 * slopes.standard_error AS marginal_roas_high
FROM shares
LEFT JOIN slopes ON slopes.model = shares.model AND slopes.channel = shares.channel
ORDER BY list_position($model, shares.model), shares.spend DESC, shares.channel
