/*
[params]
kind = { type = "choice", of = ["nday", "bracket", "rolling"], default = "nday", doc = "When a customer is active in a cell: with an order in that very period (nday), in any period of the bracket, or in that period or later (rolling)." }
brackets = { type = "list[int]", min = 1, max = 3650, default = [1, 3, 6, 12], doc = "For bracket: the last period of each. Period 0 is a bracket of its own." }
*/
{% import "_shared/periods.sql" as periods %}
{% import "retention/_members.sql" as cohorts %}
{# The cells of the cohort table, from purchases, today and buyers. #}
{% macro cells() %}
{{ cohorts.members() }},

bracket_bounds AS (
    SELECT row_number() OVER (ORDER BY last_period) AS number, last_period, lag(last_period) OVER (ORDER BY last_period) + 1 AS first_period
    FROM (SELECT DISTINCT unnest($brackets) AS last_period) AS ends
),

spans AS (
    SELECT number, coalesce(first_period, 1) AS first_period, last_period
    FROM bracket_bounds
    UNION ALL
    SELECT 0 AS number, 0 AS first_period, 0 AS last_period
),

bracket_periods AS (
    SELECT number, last_period, unnest(range(first_period, last_period + 1)) AS period_number
    FROM spans
    WHERE $kind = 'bracket'
),

placed AS (
    SELECT
        members.cohort_start,
        members.customer_key,
        members.last_reached,
        purchases.is_sale,
        purchases.is_sale AND purchases.ordered_at = members.last_at AS is_last,
        purchases.kept,
        purchases.margin,
        CAST(CASE
            WHEN $clock = 'elapsed' THEN floor(main.elapsed_days(members.joined_at, purchases.ordered_at) / members.period_days)
            ELSE {{ periods.periods_between("members.cohort_start", periods.start_of("purchases.ordered_at")) }}
        END AS BIGINT) AS period_number
    FROM purchases
    INNER JOIN members ON members.customer_key = purchases.customer_key AND purchases.ordered_at >= members.joined_at
    WHERE members.last_reached >= 0
),

-- A rolling cell holds all that comes later: what lies beyond the customer's last period counts with that one, and cells add up from the end.
slots AS (
    SELECT
        placed.cohort_start,
        CASE $kind
            WHEN 'rolling' THEN least(placed.period_number, placed.last_reached)
            WHEN 'bracket' THEN bracket_periods.number
            ELSE placed.period_number
        END AS slot,
        CASE WHEN placed.is_sale AND ($kind <> 'rolling' OR placed.is_last) THEN placed.customer_key END AS active_key,
        placed.is_sale,
        placed.kept,
        placed.margin
    FROM placed
    LEFT JOIN bracket_periods ON bracket_periods.period_number = placed.period_number
    WHERE
        CASE $kind
            WHEN 'rolling' THEN true
            WHEN 'bracket' THEN
                bracket_periods.number IS NOT NULL
                AND ($clock = 'calendar' OR bracket_periods.last_period <= placed.last_reached)
            ELSE placed.period_number <= placed.last_reached
        END
),

slot_sums AS (
    SELECT
        cohort_start,
        slot,
        count(DISTINCT active_key) AS customers,
        count(CASE WHEN is_sale THEN 1 END) AS orders,
        sum(kept) AS revenue,
        sum(CASE WHEN is_sale THEN margin END) AS margin,
        count(CASE WHEN is_sale AND margin IS NULL THEN 1 END) AS orders_of_unknown_margin
    FROM slots
    GROUP BY cohort_start, slot
),

reaches AS (
    SELECT cohort_start, last_reached, count(*) AS customers
    FROM members
    GROUP BY cohort_start, last_reached
),

sized AS (
    SELECT
        cohort_start,
        last_reached,
        customers,
        sum(customers) OVER (PARTITION BY cohort_start) AS cohort_customers,
        max(last_reached) OVER (PARTITION BY cohort_start) AS longest
    FROM reaches
),

-- The bound is for an as_of that lies centuries ahead.
numbered AS (
    SELECT cohort_start, customers, cohort_customers, longest, unnest(range(0, least(last_reached, 3650) + 1)) AS period_number
    FROM sized
),

-- A bracket is reached when it has begun (calendar), or is over (elapsed).
reached AS (
    SELECT
        numbered.cohort_start,
        numbered.cohort_customers,
        numbered.longest,
        CASE WHEN $kind = 'bracket' THEN spans.number ELSE numbered.period_number END AS slot,
        CASE WHEN $kind = 'bracket' THEN spans.first_period ELSE numbered.period_number END AS first_period,
        CASE $kind WHEN 'bracket' THEN spans.last_period WHEN 'nday' THEN numbered.period_number END AS last_period,
        sum(numbered.customers) AS reached_customers
    FROM numbered
    LEFT JOIN spans
        ON CASE WHEN $clock = 'calendar' THEN spans.first_period ELSE spans.last_period END = numbered.period_number
    WHERE $kind <> 'bracket' OR spans.number IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
),

filled AS (
    SELECT
        reached.*,
        coalesce(slot_sums.customers, 0) AS customers,
        coalesce(slot_sums.orders, 0) AS orders,
        coalesce(slot_sums.revenue, 0) AS revenue,
        coalesce(slot_sums.margin, 0) AS margin,
        coalesce(slot_sums.orders_of_unknown_margin, 0) AS orders_of_unknown_margin
    FROM reached
    LEFT JOIN slot_sums ON slot_sums.cohort_start = reached.cohort_start AND slot_sums.slot = reached.slot
),

summed AS (
    SELECT
        cohort_start,
        slot,
        first_period,
        last_period,
        cohort_customers,
        reached_customers,
        CASE
            WHEN $clock = 'elapsed' THEN reached_customers = cohort_customers
            ELSE coalesce(last_period, first_period) < longest
        END AS complete,
        {% for column in ["customers", "orders", "revenue", "margin", "orders_of_unknown_margin"] %}
        CASE
            WHEN $kind = 'rolling' THEN sum({{ column }}) OVER (
                PARTITION BY cohort_start ORDER BY slot DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            )
            ELSE {{ column }}
        END AS {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM filled
),

cells AS (
    SELECT
        cohort_start,
        CAST(slot AS INTEGER) AS period_number,
        CAST(first_period AS INTEGER) AS first_period,
        CAST(last_period AS INTEGER) AS last_period,
        CAST(cohort_customers AS BIGINT) AS cohort_customers,
        CAST(reached_customers AS BIGINT) AS reached_customers,
        CAST(customers AS BIGINT) AS customers,
        main.ratio(customers, reached_customers) AS retention_rate,
        CAST(orders AS BIGINT) AS orders,
        CAST(revenue AS DECIMAL(18, 2)) AS revenue,
        CAST(CASE WHEN orders_of_unknown_margin = 0 THEN margin END AS DECIMAL(18, 2)) AS margin,
        main.ratio(revenue, reached_customers) AS revenue_per_customer,
        complete
    FROM summed
)
{%- endmacro %}
