{# The slope of a straight line through each channel's weeks, credited revenue on spend: ordinary least squares. Reads weekly_spend,
   weekly_revenue, channel_sums and ledger. #}
{% macro slopes() %}
whole_weeks AS (
    SELECT CAST(day.date - (day.day_of_week - 1) AS DATE) AS week_start
    FROM star.dim_date AS day
    INNER JOIN (SELECT min(date) AS first_date, max(date) AS last_date FROM ledger) AS ends
        ON day.date >= ends.first_date AND day.date <= ends.last_date
    GROUP BY 1
    HAVING count(*) = 7
),

-- Money in cents and exact sums, so that no result depends on the number of threads.
weekly_points AS (
    SELECT
        channel_sums.model,
        channel_sums.channel,
        CAST(coalesce(weekly_spend.spend, 0) AS DECIMAL(17, 2)) AS x,
        CAST(round(coalesce(weekly_revenue.revenue, 0), 2) AS DECIMAL(17, 2)) AS y
    FROM channel_sums
    CROSS JOIN whole_weeks
    LEFT JOIN weekly_spend
        ON weekly_spend.channel = channel_sums.channel AND weekly_spend.week_start = whole_weeks.week_start
    LEFT JOIN weekly_revenue
        ON weekly_revenue.model = channel_sums.model
        AND weekly_revenue.channel = channel_sums.channel
        AND weekly_revenue.week_start = whole_weeks.week_start
),

squares AS (
    SELECT
        weekly_points.model,
        channel,
        count(*) AS weeks,
        CAST(sum(x * x) AS DOUBLE) - power(CAST(sum(x) AS DOUBLE), 2) / count(*) AS xx,
        CAST(sum(y * y) AS DOUBLE) - power(CAST(sum(y) AS DOUBLE), 2) / count(*) AS yy,
        CAST(sum(x * y) AS DOUBLE) - CAST(sum(x) AS DOUBLE) * CAST(sum(y) AS DOUBLE) / count(*) AS xy
    FROM weekly_points
    GROUP BY weekly_points.model, channel
),

-- Differences below a cent of weekly spend are rounding, not variation.
slopes AS (
    SELECT
        squares.model,
        channel,
        weeks,
        CASE WHEN weeks >= $min_weeks AND xx > 0.0001 * weeks THEN xy / xx END AS slope,
        CASE
            WHEN weeks >= $min_weeks AND xx > 0.0001 * weeks
                THEN sqrt(greatest(yy / xx - power(xy / xx, 2), 0) / (weeks - 2))
        END AS standard_error
    FROM squares
)
{%- endmacro %}
