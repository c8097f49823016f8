/*
[params]
event = { type = "choice", of = ["churn", "second_order"], default = "churn", doc = "What is waited for, from the first order on: that the customer has been silent for inactive_days for the first time, or that they order again." }
inactive_days = { type = "int", min = 1, max = 3650, default = 90, doc = "For churn: days without an order after which a customer has churned." }
start = { type = "timestamp", doc = "First moment of the first orders, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the first orders, exclusive. Default: all." }
*/
{% import "retention/_purchases.sql" as purchases %}
{% import "retention/_breakdown.sql" as breakdown %}
{# Customers with the whole days from their first order to the event, or to today where it has not come. #}
{% macro durations() %}
{{ purchases.purchases() }},

gaps AS (
    SELECT
        order_id,
        customer_key,
        ordered_at,
        channel_key,
        lead(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS next_at
    FROM purchases
    WHERE is_sale
),

-- The first order is that with the earliest next one: the second order is the least next_at.
starts AS (
    SELECT
        gaps.customer_key,
        min(gaps.ordered_at) AS first_at,
        min(gaps.next_at) AS second_at,
        min(
            CASE WHEN main.elapsed_days(gaps.ordered_at, coalesce(gaps.next_at, today.today_at)) > $inactive_days THEN gaps.ordered_at END
        ) AS silent_from,
        any_value(today.today_at) AS today_at,
        arg_min(gaps.channel_key, row(gaps.ordered_at, gaps.order_id)) AS first_channel_key
    FROM gaps
    CROSS JOIN today
    GROUP BY gaps.customer_key
),

entries AS (
    SELECT starts.*
    FROM starts
    LEFT JOIN star.dim_customer AS customer ON customer.customer_key = starts.customer_key
    WHERE
        NOT ({{ purchases.is_older("customer", "starts.first_at") }})
        AND ($start IS NULL OR starts.first_at >= $start)
        AND ($until IS NULL OR starts.first_at < $until)
),

{{ breakdown.described("entries") }},

durations AS (
    SELECT
        breakdown_value,
        CASE WHEN $event = 'churn' THEN silent_from IS NOT NULL ELSE second_at IS NOT NULL END AS is_event,
        CAST(floor(CASE
            WHEN $event = 'churn' AND silent_from IS NOT NULL THEN main.elapsed_days(first_at, silent_from) + $inactive_days
            ELSE main.elapsed_days(first_at, CASE WHEN $event = 'churn' THEN today_at ELSE coalesce(second_at, today_at) END)
        END) AS BIGINT) AS days
    FROM described
),

-- One row a value and day on which anybody left, by the event or because more is not known of them.
departures AS (
    SELECT
        breakdown_value,
        days,
        count(*) AS leaving,
        count(CASE WHEN is_event THEN 1 END) AS events
    FROM durations
    GROUP BY breakdown_value, days
)
{%- endmacro %}
{# Departures, with how many were at risk until then. #}
{% macro at_risk() %}
at_risk AS (
    SELECT
        breakdown_value,
        days,
        leaving,
        events,
        sum(leaving) OVER (PARTITION BY breakdown_value ORDER BY days DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_risk
    FROM departures
)
{%- endmacro %}
