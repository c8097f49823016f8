/*
question = "What is to come in the next days, weeks or months?"
doc = """
Two forecasts from whole periods up to until, the latest 400 of them: seasonal_naive repeats the last season (a week of days, a year of weeks or months), holt_winters smooths level, trend and season (Holt 1957, \
Winters 1960, additive). Where there are less than three seasons, both go without one: the last value, and Holt's trend. Smoothing constants are those of a grid with the least mean absolute error \
over forecasts from earlier moments (rolling origins) between half and three quarters of the history. The last quarter judges: low and high are as far from the forecast as errors so many steps ahead \
reached in a share of level of its origins (split conformal), NULL where these are too few to tell. No forecast is below 0."""
misleads = """
What has not happened in the history, as a new competitor or a sale that is planned, is in no forecast; of days, seasons of the year are followed only as far as the trend sees them. \
Where skill is 0 or less, the plain repetition of the last season was as good: believe that. Neighbouring origins resemble each other, so that intervals hold about as often as level says, not exactly."""
grain = ["method", "step"]
headline = ["method", "period_start", "forecast", "low", "high", "skill"]
needs = ["star.fact_order or star.fact_session"]

[params]
metric = { type = "choice", of = ["revenue", "orders", "new_customers", "visits"], default = "revenue", doc = "What is forecast: net revenue or number of sales, new customers, visits." }
period = { of = ["day", "week", "month"], default = "day", doc = "Length of a step; weeks begin on Monday." }
steps = { type = "int", min = 1, max = 120, default = 28, doc = "How many periods ahead." }
level = { type = "float", min = 0.5, max = 0.99, default = 0.8, doc = "Share of cases that the intervals are to hold." }
until = { type = "timestamp", doc = "End of the history, exclusive. Default: the end of the last day of all." }

[columns]
method = "holt_winters or seasonal_naive."
step = "Periods ahead, from 1."
period_start = "First day of the period."
forecast = "What is expected; money in the warehouse's currency."
low = "Lower end of its interval. NULL where the history is too short to tell."
high = "Upper end."
mean_error = "Mean absolute error so many steps ahead, over the origins that judge. NULL without one."
origins = "Number of these origins."
total = "Sum of the forecasts of all steps, the same in each row of a method."
total_low = "Lower end of the interval of the total. NULL where the history is too short to tell."
total_high = "Upper end."
skill = "1 - mean absolute error of the method / that of seasonal_naive, over all steps and the origins that judge. NULL without one."
season = "Periods of a season, 1 without one."
alpha = "Smoothing constant of the level that was chosen. 0 by seasonal_naive."
beta = "The same of the trend."
gamma = "The same of the season. 1 by seasonal_naive."

[chart]
kind = "line"
x = "period_start"
y = "forecast"
series = "method"
low = "low"
high = "high"

[finding]
text = "{total:count} are expected over the next {steps:count} periods ({total_low:count} to {total_high:count}), by the method that was nearer in the past: {method}."
sql = """
SELECT method, max(total) AS total, max(total_low) AS total_low, max(total_high) AS total_high, count(*) AS steps
FROM answer
WHERE total_low IS NOT NULL
GROUP BY method
ORDER BY max(skill) DESC, method DESC LIMIT 1"""
*/
{% from "_shared/periods.sql" import start_of %}
{% from "overview/_series.sql" import happened %}
{% set step_of = "CASE $period WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY ELSE INTERVAL 1 MONTH END" %}
WITH RECURSIVE {{ happened("$metric") }},

ends AS (
    SELECT
        date_trunc('day', min(happened_at)) AS first_day,
        date_trunc('day', max(happened_at)) + INTERVAL 1 DAY AS last_until,
        $until AS asked_until
    FROM happened
),

whole AS (
    SELECT first_day, CASE WHEN asked_until < last_until THEN asked_until ELSE last_until END AS until_at
    FROM ends
    WHERE first_day IS NOT NULL
),

period_starts AS (
    SELECT
        first_day,
        until_at,
        unnest(generate_series(CAST({{ start_of("first_day") }} AS TIMESTAMP), until_at, {{ step_of }})) AS starts_at
    FROM whole
),

period_sums AS (
    SELECT CAST({{ start_of("happened_at") }} AS TIMESTAMP) AS starts_at, sum(main.fixed_point(amount)) AS amount
    FROM happened
    GROUP BY 1
),

series AS (
    SELECT
        period_starts.starts_at,
        CAST(coalesce(period_sums.amount, 0) AS DOUBLE) AS amount,
        row_number() OVER (ORDER BY period_starts.starts_at DESC) AS age,
        count(*) OVER () AS known
    FROM period_starts
    LEFT JOIN period_sums ON period_sums.starts_at = period_starts.starts_at
    WHERE period_starts.starts_at >= period_starts.first_day AND period_starts.starts_at + {{ step_of }} <= period_starts.until_at
),

places AS (
    SELECT
        starts_at,
        amount,
        CASE WHEN known > 400 THEN 400 ELSE known END AS periods,
        CASE WHEN known > 400 THEN 400 ELSE known END - age + 1 AS place,
        CASE
            WHEN CASE WHEN known > 400 THEN 400 ELSE known END < 3 * CASE $period WHEN 'day' THEN 7 WHEN 'week' THEN 52 ELSE 12 END THEN 1
            ELSE CASE $period WHEN 'day' THEN 7 WHEN 'week' THEN 52 ELSE 12 END
        END AS season
    FROM series
    WHERE age <= 400
),

-- Carried along in lists, so that each step of the recursion reads nothing else.
packed AS (
    SELECT
        max(starts_at) AS last_start,
        CAST(max(periods) AS INTEGER) AS periods,
        max(season) AS season,
        list(amount ORDER BY place) AS amounts,
        list(amount ORDER BY place) FILTER (WHERE place <= season) AS first_season,
        CAST(sum(CASE WHEN place <= season THEN main.fixed_point(amount) END) AS DOUBLE) / max(season) AS first_base
    FROM places
    HAVING count(*) >= 3
),

first_effects AS (
    SELECT list(places.amount - packed.first_base ORDER BY places.place) AS effects
    FROM places
    INNER JOIN packed ON places.place <= packed.season
),

-- seasonal_naive is Holt-Winters without a level, whose season forgets all but the last.
smoothed AS (
    SELECT
        grid.method,
        grid.alpha,
        grid.beta,
        CASE WHEN grid.method = 'holt_winters' AND packed.season = 1 THEN 0e0 ELSE grid.gamma END AS gamma,
        packed.season AS place,
        packed.season,
        packed.periods,
        packed.last_start,
        packed.amounts,
        CASE WHEN grid.method = 'holt_winters' THEN packed.first_base ELSE 0 END AS base,
        CAST(0 AS DOUBLE) AS trend,
        CASE WHEN grid.method = 'holt_winters' THEN first_effects.effects ELSE packed.first_season END AS effects
    FROM packed
    CROSS JOIN first_effects
    CROSS JOIN (
        SELECT 'holt_winters' AS method, alphas.alpha, betas.beta, gammas.gamma
        FROM (VALUES (0.05e0), (0.15e0), (0.4e0)) AS alphas (alpha)
        CROSS JOIN (VALUES (0e0), (0.02e0), (0.1e0)) AS betas (beta)
        CROSS JOIN (VALUES (0.05e0), (0.2e0)) AS gammas (gamma)
        UNION ALL
        SELECT 'seasonal_naive', 0e0, 0e0, 1e0
    ) AS grid
    WHERE packed.season > 1 OR grid.gamma <> 0.2
    UNION ALL
    SELECT
        method,
        alpha,
        beta,
        gamma,
        place + 1,
        season,
        periods,
        last_start,
        amounts,
        next_base,
        beta * (next_base - base) + (1 - beta) * trend,
        list_append(list_slice(effects, 2, season), gamma * (amount - base - trend) + (1 - gamma) * effects[1])
    FROM (
        SELECT
            smoothed.*,
            amounts[place + 1] AS amount,
            alpha * (amounts[place + 1] - effects[1]) + (1 - alpha) * (base + trend) AS next_base
        FROM smoothed
        WHERE place < periods
    ) AS stepped
),

ahead AS (
    SELECT unnest(range(1, CAST($steps AS BIGINT) + 1)) AS step
),

forecasts AS (
    SELECT
        smoothed.method,
        smoothed.alpha,
        smoothed.beta,
        smoothed.gamma,
        smoothed.season,
        smoothed.place AS origin,
        smoothed.last_start,
        ahead.step,
        CASE WHEN smoothed.place = smoothed.periods THEN 'ahead' WHEN smoothed.place * 4 >= smoothed.periods * 3 THEN 'judging' ELSE 'choosing' END AS part,
        greatest(smoothed.base + ahead.step * smoothed.trend + smoothed.effects[(ahead.step - 1) % smoothed.season + 1], 0) AS forecast,
        CASE WHEN smoothed.place + ahead.step <= smoothed.periods THEN smoothed.amounts[smoothed.place + ahead.step] END AS amount
    FROM smoothed
    CROSS JOIN ahead
    WHERE smoothed.place * 2 >= smoothed.periods
),

scored AS (
    SELECT
        forecasts.*,
        abs(forecast - amount) AS error,
        main.ratio(
            sum(CASE WHEN part = 'choosing' THEN main.fixed_point(abs(forecast - amount)) END) OVER (PARTITION BY method, alpha, beta, gamma),
            count(CASE WHEN part = 'choosing' THEN amount END) OVER (PARTITION BY method, alpha, beta, gamma)
        ) AS choosing_error,
        CAST(sum(main.fixed_point(forecast)) OVER (PARTITION BY method, alpha, beta, gamma, origin) AS DOUBLE) AS total,
        CASE
            WHEN count(amount) OVER (PARTITION BY method, alpha, beta, gamma, origin) = $steps
                THEN abs(CAST(sum(main.fixed_point(forecast - amount)) OVER (PARTITION BY method, alpha, beta, gamma, origin) AS DOUBLE))
        END AS total_error
    FROM forecasts
),

-- The first of the best constants.
chosen AS (
    SELECT *
    FROM scored
    QUALIFY dense_rank() OVER (PARTITION BY method ORDER BY round(choosing_error, 9) NULLS LAST, alpha, beta, gamma) = 1
),

steps AS (
    SELECT
        method,
        step,
        max(alpha) AS alpha,
        max(beta) AS beta,
        max(gamma) AS gamma,
        max(season) AS season,
        max(last_start) AS last_start,
        max(CASE WHEN part = 'ahead' THEN forecast END) AS forecast,
        max(CASE WHEN part = 'ahead' THEN total END) AS total,
        count(CASE WHEN part = 'judging' THEN error END) AS origins,
        sum(CASE WHEN part = 'judging' THEN main.fixed_point(error) END) AS errors,
        list(error ORDER BY error) FILTER (WHERE part = 'judging' AND error IS NOT NULL) AS step_errors,
        count(CASE WHEN part = 'judging' THEN total_error END) AS total_origins,
        list(total_error ORDER BY total_error) FILTER (WHERE part = 'judging' AND total_error IS NOT NULL) AS total_errors
    FROM chosen
    GROUP BY method, step
),

-- The error that is not passed in a share of level, one more origin still to come.
reaches AS (
    SELECT
        steps.*,
        step_errors[CAST(ceil((origins + 1) * $level - 1e-9) AS INTEGER)] AS reach,
        total_errors[CAST(ceil((total_origins + 1) * $level - 1e-9) AS INTEGER)] AS total_reach,
        main.ratio(sum(errors) OVER (PARTITION BY method), sum(origins) OVER (PARTITION BY method)) AS method_error
    FROM steps
)

SELECT
    method,
    step,
    CAST(last_start + CASE $period WHEN 'month' THEN to_months(CAST(step AS INTEGER)) ELSE to_days(CAST(step * CASE $period WHEN 'week' THEN 7 ELSE 1 END AS INTEGER)) END AS DATE)
        AS period_start,
    forecast,
    CASE WHEN forecast < reach THEN 0 ELSE forecast - reach END AS low,
    forecast + reach AS high,
    main.ratio(errors, origins) AS mean_error,
    origins,
    total,
    CASE WHEN total < total_reach THEN 0 ELSE total - total_reach END AS total_low,
    total + total_reach AS total_high,
    1 - main.ratio(method_error, max(CASE WHEN method = 'seasonal_naive' THEN method_error END) OVER ()) AS skill,
    CAST(season AS INTEGER) AS season,
    alpha,
    beta,
    gamma
FROM reaches
ORDER BY method, step
