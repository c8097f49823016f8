/*
question = "How is the business doing, in the numbers that an owner knows by heart?"
doc = """
One row for each key figure of a period, beside the same figure of the period just before, as long, and of the period 364 days earlier, which has the same weekdays. \
Orders are sales, visits those of star.fact_session, spend the ledger of star.fact_ad_spend by whole days. A figure of which no source tells is NULL, and so is what is compared with a \
period that does not lie wholly within the days of its source: nothing has grown because the data are short. Margin is NULL where the margin of an order is not known, customers where \
nobody who ordered is known."""
misleads = """
A change says nothing about chance: of few orders it is mostly luck (overview/anomalies judges days). ROAS is all revenue over all ad spend, whatever brought the orders. \
Refunds of the last weeks are still to come, so that revenue net of refunds looks better in the latest period."""
grain = ["kpi"]
headline = ["kpi", "value", "change", "year_change"]
needs = ["star.fact_order"]

[columns]
position = "Place in the list, from 1."
kpi = "Name of the figure."
unit = "money, count, fraction, or ratio."
value = "The figure of the period; money in the warehouse's currency. NULL where no source tells it, or where it is a ratio over 0."
value_before = "The same of the period just before."
change = "(value - value_before) / value_before. NULL unless both periods lie within the days of the source."
value_year_before = "The same 364 days earlier."
year_change = "(value - value_year_before) / value_year_before. NULL likewise."
is_complete = "Whether the whole period lies within the days of the source, the first and the last included."

[chart]
kind = "bar"
x = "kpi"
y = ["change", "year_change"]

[finding]
text = "Net revenue was {value:money}, {change:percent} against the period before; orders changed by {orders_change:percent}, revenue per order by {aov_change:percent}."
effect = "change"
sql = """
SELECT
    max(CASE WHEN kpi = 'Net revenue' THEN value END) AS value,
    max(CASE WHEN kpi = 'Net revenue' THEN change END) AS change,
    max(CASE WHEN kpi = 'Orders' THEN change END) AS orders_change,
    max(CASE WHEN kpi = 'AOV' THEN change END) AS aov_change
FROM answer
HAVING max(CASE WHEN kpi = 'Orders' THEN value END) >= 30 AND max(CASE WHEN kpi = 'Orders' THEN value_before END) >= 30"""
*/
{% from "overview/_windows.sql" import windows %}
WITH {{ windows() }},

order_sums AS (
    SELECT
        windows.window_name,
        min(windows.first_at) <= min(windows.start_at) AND min(windows.until_at) <= min(windows.last_until) AS is_covered,
        min(windows.first_at) < min(windows.until_at) AND min(windows.start_at) < min(windows.last_until) AS is_told,
        count(sales.order_id) AS orders,
        coalesce(sum(sales.net_revenue), 0) AS revenue,
        coalesce(sum(sales.refund_amount), 0) AS refunds,
        coalesce(sum(sales.gross_amount), 0) AS gross,
        coalesce(sum(sales.discount_amount), 0) AS discounts,
        coalesce(sum(sales.item_count), 0) AS units,
        CASE WHEN count(sales.margin) = count(sales.order_id) THEN coalesce(sum(sales.margin), 0) END AS margin,
        CASE WHEN count(sales.order_id) = 0 OR max(sales.customer_key) > 0 THEN count(DISTINCT nullif(sales.customer_key, 0)) END AS customers,
        CASE WHEN count(sales.order_id) = 0 OR max(sales.customer_key) > 0 THEN count(CASE WHEN sales.is_first_order THEN 1 END) END AS new_customers
    FROM windows
    LEFT JOIN sales ON sales.ordered_at >= windows.start_at AND sales.ordered_at < windows.until_at
    GROUP BY windows.window_name
),

credit_sums AS (
    SELECT windows.window_name, sum(note.refund_amount) AS refunds
    FROM windows
    INNER JOIN star.fact_order AS note ON note.ordered_at >= windows.start_at AND note.ordered_at < windows.until_at
    WHERE note.status = 'credit_note'
    GROUP BY windows.window_name
),

visit_days AS (
    SELECT date_trunc('day', min(started_at)) AS first_at, date_trunc('day', max(started_at)) + INTERVAL 1 DAY AS last_until
    FROM star.fact_session
),

visit_sums AS (
    SELECT
        windows.window_name,
        min(visit_days.first_at) <= min(windows.start_at) AND min(windows.until_at) <= min(visit_days.last_until) AS is_covered,
        min(visit_days.first_at) < min(windows.until_at) AND min(windows.start_at) < min(visit_days.last_until) AS is_told,
        count(visit.session_id) AS visits,
        count(CASE WHEN visit.is_converted THEN 1 END) AS converted
    FROM windows
    CROSS JOIN visit_days
    LEFT JOIN star.fact_session AS visit ON visit.started_at >= windows.start_at AND visit.started_at < windows.until_at
    GROUP BY windows.window_name
),

ledger AS (
    SELECT CAST(day.date AS TIMESTAMP) AS spent_at, sum(ad.spend) AS spend
    FROM star.fact_ad_spend AS ad
    INNER JOIN star.dim_date AS day ON day.date_key = ad.date_key
    GROUP BY day.date
),

spend_days AS (
    SELECT min(spent_at) AS first_at, max(spent_at) + INTERVAL 1 DAY AS last_until
    FROM ledger
),

spend_sums AS (
    SELECT
        windows.window_name,
        min(spend_days.first_at) <= min(windows.start_at) AND min(windows.until_at) <= min(spend_days.last_until) AS is_covered,
        min(spend_days.first_at) < min(windows.until_at) AND min(windows.start_at) < min(spend_days.last_until) AS is_told,
        coalesce(sum(ledger.spend), 0) AS spend
    FROM windows
    CROSS JOIN spend_days
    LEFT JOIN ledger ON ledger.spent_at >= windows.start_at AND ledger.spent_at < windows.until_at
    GROUP BY windows.window_name
),

sums AS (
    SELECT
        order_sums.*,
        coalesce(credit_sums.refunds, 0) AS credited,
        visit_sums.visits,
        visit_sums.converted,
        coalesce(visit_sums.is_covered, false) AS visits_covered,
        coalesce(visit_sums.is_told, false) AS visits_told,
        spend_sums.spend,
        coalesce(spend_sums.is_covered, false) AS spend_covered,
        coalesce(spend_sums.is_told, false) AS spend_told
    FROM order_sums
    LEFT JOIN credit_sums ON credit_sums.window_name = order_sums.window_name
    LEFT JOIN visit_sums ON visit_sums.window_name = order_sums.window_name
    LEFT JOIN spend_sums ON spend_sums.window_name = order_sums.window_name
),

figures AS (
    SELECT
        sums.window_name,
        listed.position,
        listed.kpi,
        listed.unit,
        CASE WHEN listed.is_told THEN listed.value END AS value,
        listed.is_covered
    FROM sums
    CROSS JOIN LATERAL (
        VALUES
            (1, 'Net revenue', 'money', CAST(sums.revenue AS DOUBLE), sums.is_told, sums.is_covered),
            (2, 'Revenue net of refunds', 'money', CAST(sums.revenue - sums.refunds - sums.credited AS DOUBLE), sums.is_told, sums.is_covered),
            (3, 'Margin', 'money', CAST(sums.margin AS DOUBLE), sums.is_told, sums.is_covered),
            (4, 'Orders', 'count', CAST(sums.orders AS DOUBLE), sums.is_told, sums.is_covered),
            (5, 'AOV', 'money', main.ratio(sums.revenue, sums.orders), sums.is_told, sums.is_covered),
            (6, 'Units per order', 'ratio', main.ratio(sums.units, sums.orders), sums.is_told, sums.is_covered),
            (7, 'Discount share', 'fraction', main.ratio(sums.discounts, sums.gross), sums.is_told, sums.is_covered),
            (8, 'Active customers', 'count', CAST(sums.customers AS DOUBLE), sums.is_told, sums.is_covered),
            (9, 'New customers', 'count', CAST(sums.new_customers AS DOUBLE), sums.is_told, sums.is_covered),
            (10, 'Visits', 'count', CAST(sums.visits AS DOUBLE), sums.visits_told, sums.visits_covered),
            (11, 'Conversion rate', 'fraction', main.ratio(sums.converted, sums.visits), sums.visits_told, sums.visits_covered),
            (12, 'Ad spend', 'money', CAST(sums.spend AS DOUBLE), sums.spend_told, sums.spend_covered),
            (13, 'ROAS', 'ratio', main.ratio(sums.revenue, sums.spend), sums.is_told AND sums.spend_told, sums.is_covered AND sums.spend_covered)
    ) AS listed (position, kpi, unit, value, is_told, is_covered)
),

beside AS (
    SELECT
        position,
        kpi,
        unit,
        bool_or(is_covered AND window_name = 'now') AS is_complete,
        max(CASE WHEN window_name = 'now' THEN value END) AS value,
        max(CASE WHEN window_name = 'before' AND is_covered THEN value END) AS value_before,
        max(CASE WHEN window_name = 'year_before' AND is_covered THEN value END) AS value_year_before
    FROM figures
    GROUP BY position, kpi, unit
)

SELECT
    position,
    kpi,
    unit,
    value,
    value_before,
    CASE WHEN is_complete THEN main.ratio(value - value_before, value_before) END AS change,
    value_year_before,
    CASE WHEN is_complete THEN main.ratio(value - value_year_before, value_year_before) END AS year_change,
    coalesce(is_complete, false) AS is_complete
FROM beside
ORDER BY position
