/*
[params]
cohort_on = { type = "choice", of = ["first_order", "sign_up"], default = "first_order", doc = "What makes a customer one of a cohort: the first sale, or the sign-up, whether or not an order followed." }
clock = { type = "choice", of = ["calendar", "elapsed"], default = "calendar", doc = "calendar: period 0 is the calendar's day, week or month of the first order, which is shorter for those who come late in it; elapsed: each customer's periods begin at their own first moment, a week being 7 days and a month 30." }
start = { type = "timestamp", doc = "First moment of the cohorts, inclusive. Default: the first order's period." }
until = { type = "timestamp", doc = "End of the cohorts, exclusive; later orders of their customers count. Default: all." }
*/
{% import "_shared/periods.sql" as periods %}
{# Who is in which cohort, and how far they have come, from today and buyers. #}
{% macro members() %}
-- Who is known to have bought before the data begin is in no cohort of first orders: the early cells of such a cohort are not on record.
joined AS (
    SELECT
        coalesce(customer.customer_key, buyers.customer_key) AS customer_key,
        CASE WHEN $cohort_on = 'sign_up' THEN customer.signed_up_at WHEN NOT buyers.is_older THEN buyers.first_at END AS joined_at,
        buyers.last_at
    FROM star.dim_customer AS customer
    FULL JOIN buyers ON buyers.customer_key = customer.customer_key
    WHERE coalesce(customer.customer_key, buyers.customer_key) <> 0
),

bounds AS (
    SELECT
        today_at,
        {{ periods.start_of("first_at") }} AS first_start,
        {{ periods.start_of("today_at") }} AS today_start,
        CASE $period WHEN 'month' THEN 30 WHEN 'week' THEN 7 ELSE 1 END AS period_days
    FROM today
),

dated AS (
    SELECT joined.customer_key, joined.joined_at, joined.last_at, {{ periods.start_of("joined.joined_at") }} AS cohort_start
    FROM joined
    WHERE
        joined.joined_at IS NOT NULL
        AND ($start IS NULL OR joined.joined_at >= $start)
        AND ($until IS NULL OR joined.joined_at < $until)
),

-- last_reached: the last period that has begun (calendar) or ended (elapsed) for the customer; -1 where none has.
members AS (
    SELECT
        dated.customer_key,
        dated.joined_at,
        dated.last_at,
        dated.cohort_start,
        bounds.period_days,
        CAST(CASE
            WHEN $clock = 'elapsed' THEN floor(main.elapsed_days(dated.joined_at, bounds.today_at) / bounds.period_days) - 1
            ELSE {{ periods.periods_between("dated.cohort_start", "bounds.today_start") }}
        END AS BIGINT) AS last_reached
    FROM dated
    INNER JOIN bounds ON dated.joined_at <= bounds.today_at AND dated.cohort_start >= bounds.first_start
)
{%- endmacro %}
