/*
question = "Do kinds of customers differ in how long they stay, beyond chance?"
doc = """
The log-rank test of each value of the breakdown against all others: events seen beside those expected if the value made no difference, Mantel's chi-square with \
one degree of freedom, and its p-value. With two values both rows tell the same test. median_days is the day by which the event has happened to \
half of the customers, by Kaplan-Meier. Events, days and customers are those of retention/survival with the same parameters."""
misleads = """
Many values are many tests: of twenty without any difference one has a p-value below 0.05. A difference in how long customers stay is no proof that the property causes it, \
and one that is won by staying, such as a loyalty tier, is certain to show one. The test is weak where curves cross."""
grain = ["breakdown_value"]
headline = ["breakdown_value", "customers", "events", "expected_events", "median_days", "p_value"]
needs = ["star.fact_order"]

[columns]
breakdown_value = "Value of the breakdown, (all) without one, (unknown) where the property is not known."
customers = "Customers with a first order on record."
events = "Of these, customers to whom the event has happened."
expected_events = "Events to expect if the value made no difference: at each event's day, the value's share of those at risk."
median_days = "Days after which the event has happened to half of the customers. NULL where it has not yet."
chi_square = "Log-rank chi-square, with one degree of freedom. NULL without others to compare with, or events."
p_value = "Chance of a chi-square at least as large if the value made no difference, by the normal distribution."

[chart]
kind = "dumbbell"
x = "breakdown_value"
y = ["expected_events", "events"]

[finding]
text = "{breakdown_value} differs from the others by more than chance: {events:count} events, where {expected_events:number} were to be expected."
sql = """
SELECT breakdown_value, events, expected_events
FROM answer
WHERE p_value < 0.05 / (SELECT count(*) FROM answer)
ORDER BY p_value, breakdown_value LIMIT 1"""
*/
{% import "retention/_durations.sql" as lives %}
WITH {{ lives.durations() }},

{{ lives.at_risk() }},

pooled AS (
    SELECT
        at_risk.*,
        sum(CASE WHEN events < at_risk THEN ln(1 - CAST(events AS DOUBLE) / at_risk) ELSE -1000 END) OVER (
            PARTITION BY breakdown_value ORDER BY days ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS log_survival,
        CAST(sum(leaving) OVER (ORDER BY days DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DOUBLE) AS all_at_risk,
        CAST(sum(events) OVER (PARTITION BY days) AS DOUBLE) AS all_events,
        row_number() OVER (PARTITION BY days ORDER BY breakdown_value) AS position
    FROM at_risk
),

terms AS (
    SELECT
        pooled.*,
        CASE WHEN position = 1 THEN all_events / all_at_risk ELSE 0 END AS hazard,
        CASE
            WHEN position = 1 AND all_at_risk > 1 THEN all_events * (all_at_risk - all_events) / (all_at_risk - 1) / all_at_risk
            ELSE 0
        END AS spread
    FROM pooled
),

-- Sums over the days up to a customer's own, the same for all who leave on a day.
running AS (
    SELECT
        breakdown_value,
        days,
        leaving,
        events,
        at_risk,
        log_survival,
        sum(hazard) OVER (ORDER BY days RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS hazard,
        sum(spread) OVER (ORDER BY days RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS spread,
        sum(spread / all_at_risk) OVER (ORDER BY days RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS spread_of_pairs
    FROM terms
),

-- The textbook sums over days of at_risk and of its square are, turned round, sums over customers and over pairs of customers.
tests AS (
    SELECT
        breakdown_value,
        sum(leaving) AS customers,
        sum(events) AS events,
        sum(leaving * hazard) AS expected_events,
        sum(leaving * spread) - sum((2 * at_risk - leaving) * leaving * spread_of_pairs) AS variance,
        min(CASE WHEN log_survival <= ln(0.5) + 0.000000000001 THEN days END) AS median_days,
        count(*) OVER () AS compared
    FROM running
    GROUP BY breakdown_value
),

scores AS (
    SELECT
        tests.*,
        CASE WHEN compared > 1 AND variance > 0.000000001 THEN abs(events - expected_events) / sqrt(variance) END AS z
    FROM tests
)

SELECT
    breakdown_value,
    CAST(customers AS BIGINT) AS customers,
    CAST(events AS BIGINT) AS events,
    expected_events,
    median_days,
    z * z AS chi_square,
    2 * stats.normal_tail(z) AS p_value
FROM scores
ORDER BY customers DESC, breakdown_value
