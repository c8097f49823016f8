/*
question = "How long do customers stay, or how long until they order again?"
doc = """
Kaplan-Meier: the share of customers to whom the event has not happened so many days after their first order, where customers who have not been \
watched long enough count as long as they were. The event is churn, the first time that a customer has been silent for inactive_days, \
dated at the end of that silence, or the second order. One row for each day on which an event happened, or customers dropped out of \
sight; between rows the curve stays. The standard error is Greenwood's; the 95 % interval is taken on the scale of log(-log), and so \
stays within 0 and 1. Customers who ordered before the data begin are left out: their first order is not on record. Days are whole elapsed days."""
misleads = """
Churn by this clock cannot come before inactive_days: the first step stands there, and is the share of those who bought once. A churned customer who returned \
has still churned: this is the time to the first silence, not to the last order ever. The right end rests on the few customers of at_risk. \
Customers of different times are taken as alike."""
grain = ["breakdown_value", "days"]
headline = ["breakdown_value", "days", "at_risk", "events", "survival_rate", "survival_low", "survival_high"]
needs = ["star.fact_order"]

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the property is not known."
days = "Whole days since the first order."
at_risk = "Customers who were watched for at least so long, and had no event before."
events = "Of these, customers to whom it happened on this day."
censored = "Of these, customers who were not watched beyond this day."
survival_rate = "Share to whom it has not happened by the end of this day."
standard_error = "Greenwood's standard error of it. NULL when nobody is left."
survival_low = "Lower end of the 95 % interval. NULL before the first event, and when nobody is left."
survival_high = "Upper end of the 95 % interval."

[chart]
kind = "survival"
x = "days"
y = "survival_rate"
series = "breakdown_value"
low = "survival_low"
high = "survival_high"

[finding]
text = "{breakdown_value}: {survival_rate:percent} of the customers have not come to it {days:days} after their first order."
sql = """
SELECT days, survival_rate, breakdown_value
FROM answer
WHERE at_risk >= 30
ORDER BY days DESC, breakdown_value LIMIT 1"""
*/
{% import "retention/_durations.sql" as lives %}
{% set to_day = "(PARTITION BY breakdown_value ORDER BY days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)" %}
WITH {{ lives.durations() }},

{{ lives.at_risk() }},

sums AS (
    SELECT
        breakdown_value,
        days,
        at_risk,
        events,
        leaving - events AS censored,
        max(CASE WHEN events = at_risk THEN 1 ELSE 0 END) OVER {{ to_day }} AS is_over,
        sum(CASE WHEN events < at_risk THEN ln(1 - CAST(events AS DOUBLE) / at_risk) END) OVER {{ to_day }} AS log_survival,
        sum(CASE WHEN events < at_risk THEN CAST(events AS DOUBLE) / at_risk / (at_risk - events) END) OVER {{ to_day }} AS greenwood
    FROM at_risk
),

curve AS (
    SELECT
        sums.*,
        CASE WHEN is_over = 1 THEN 0 ELSE exp(log_survival) END AS survival_rate,
        CASE WHEN is_over = 0 THEN exp(log_survival) * sqrt(greenwood) END AS standard_error,
        CASE WHEN is_over = 0 AND log_survival < 0 THEN stats.z_95() * sqrt(greenwood) / log_survival END AS reach
    FROM sums
)

SELECT
    breakdown_value,
    days,
    CAST(at_risk AS BIGINT) AS at_risk,
    CAST(events AS BIGINT) AS events,
    CAST(censored AS BIGINT) AS censored,
    CAST(survival_rate AS DOUBLE) AS survival_rate,
    standard_error,
    power(survival_rate, exp(-reach)) AS survival_low,
    power(survival_rate, exp(reach)) AS survival_high
FROM curve
ORDER BY breakdown_value, days
