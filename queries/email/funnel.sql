/*
question = "Where is mail lost on the way from sending to money?"
doc = """
Mails by how far they came: sent, delivered, opened, clicked, ordered (an order is credited to them by email/credit). Who came further has passed the steps before: a click without a recorded open is an open, \
for images may be blocked. Opens and clicks are those by people; by whomever, where a source cannot tell for some of the mails. Where no source tells each mail, the reports of campaigns are counted (star.fact_email_report, those with all four figures), and the last step is \
missing, for nobody knows which mails led to orders. Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = "Opens by machines make the first loss look small and the next one large. The money of the last step is credited, not caused."
grain = ["band", "step_number"]
headline = ["band", "step", "mails", "rate_from_previous", "rate_from_first", "revenue"]
needs = ["star.fact_email or star.fact_email_report.unique_opens or star.fact_email_report.opens", "star.fact_email or star.fact_email_report.delivered or star.fact_email_report.hard_bounces", "star.fact_email or star.fact_email_report.unique_clicks or star.fact_email_report.clicks"]

[chart]
kind = "funnel"
x = "step"
y = "mails"

[finding]
text = "Of {mails:count} mails delivered {opened:count} were opened and {clicked:count} clicked in."
sql = """
SELECT
    sum(mails) FILTER (WHERE step = 'delivered') AS mails,
    sum(mails) FILTER (WHERE step = 'opened') AS opened,
    sum(mails) FILTER (WHERE step = 'clicked') AS clicked
FROM answer
HAVING sum(mails) FILTER (WHERE step = 'delivered') > 0"""

[params]
by = { type = "choice", of = ["all", "campaign_type", "month"], default = "all", doc = "All mails, or each kind of campaign, or each month of sending." }
start = { type = "timestamp", doc = "First moment of the assignments (of sending, in a report), inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }

[columns]
band = "(all), kind of campaign, or first day of the month."
step_number = "Number of the step, from 1."
step = "sent, delivered, opened, clicked or ordered."
mails = "Mails that came so far; of a report that tells no unique opens (or clicks), all opens, mails delivered at most."
lost = "Mails of the step before that did not. NULL for the first."
rate_from_previous = "Share of the mails of the step before. NULL for the first."
rate_from_first = "Share of the mails sent."
median_hours = "Median elapsed hours from the step before, where both moments are known and in order."
orders = "Orders credited, at the last step. NULL elsewhere."
revenue = "Their net revenue. NULL elsewhere."
*/
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_kinds.sql" import asked_campaigns %}
{% from "email/_reports.sql" import email_reports %}
{% set mail_band, report_band = {
    "all": ("'(all)'", "'(all)'"),
    "campaign_type": ("campaign.campaign_type", "report.campaign_type"),
    "month": ("CAST(CAST(date_trunc('month', mail.sent_at) AS DATE) AS VARCHAR)", "CAST(CAST(date_trunc('month', report.sent_at) AS DATE) AS VARCHAR)"),
}[by] %}
WITH {{ credited_orders() }},

{{ asked_campaigns() }},

mail_credits AS (
    SELECT email_id, min(ordered_at) AS ordered_at, count(*) AS orders, sum(net_revenue) AS revenue
    FROM credited_orders
    GROUP BY email_id
),

known_people AS (
    SELECT
        count(*) FILTER (WHERE NOT is_human_known AND first_opened_at IS NOT NULL) = 0 AS people_opened,
        count(*) FILTER (WHERE NOT is_human_known AND first_clicked_at IS NOT NULL) = 0 AS people_clicked
    FROM star.fact_email
),

-- Mails that were clicked in or ordered by were opened, whatever is on record.
steps AS (
    SELECT
        {{ mail_band }} AS band,
        mail.sent_at,
        mail.delivered_at,
        CASE WHEN known_people.people_opened THEN mail.first_human_opened_at ELSE mail.first_opened_at END AS opened_at,
        CASE WHEN known_people.people_clicked THEN mail.first_human_clicked_at ELSE mail.first_clicked_at END AS clicked_at,
        mail_credits.ordered_at,
        mail_credits.orders,
        mail_credits.revenue
    FROM star.fact_email AS mail
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = mail.campaign_key
    CROSS JOIN known_people
    LEFT JOIN mail_credits ON mail_credits.email_id = mail.email_id
    WHERE
        mail.sent_at IS NOT NULL
        AND ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
),

furthest AS (
    SELECT
        steps.*,
        CASE
            WHEN delivered_at IS NULL THEN 1
            WHEN orders > 0 THEN 5
            WHEN clicked_at IS NOT NULL THEN 4
            WHEN opened_at IS NOT NULL THEN 3
            ELSE 2
        END AS reached
    FROM steps
),

{{ email_reports() }},

-- Those whose steps are known, and none larger than the one before; and none where each mail is known.
reports AS (
    SELECT
        email_reports.campaign_type,
        sent_at,
        recipients AS sent,
        arrived AS delivered,
        CASE WHEN unique_clicks > unique_opens THEN unique_clicks ELSE unique_opens END AS opened,
        unique_clicks AS clicked
    FROM email_reports
    INNER JOIN asked_campaigns AS campaign ON campaign.campaign_key = email_reports.campaign_key
    WHERE
        NOT EXISTS (SELECT 1 FROM star.fact_email)
        AND recipients >= arrived
        AND arrived >= unique_opens
        AND arrived >= unique_clicks
        AND ($start IS NULL OR sent_at >= $start)
        AND ($until IS NULL OR sent_at < $until)
),

mail_sums AS (
    SELECT
        band,
        count(*) AS sent,
        count(*) FILTER (WHERE reached >= 2) AS delivered,
        count(*) FILTER (WHERE reached >= 3) AS opened,
        count(*) FILTER (WHERE reached >= 4) AS clicked,
        count(*) FILTER (WHERE reached >= 5) AS ordered,
        median(CASE WHEN delivered_at >= sent_at THEN main.elapsed_days(sent_at, delivered_at) END) * 24 AS delivered_hours,
        median(CASE WHEN opened_at >= delivered_at THEN main.elapsed_days(delivered_at, opened_at) END) * 24 AS opened_hours,
        median(CASE WHEN clicked_at >= opened_at THEN main.elapsed_days(opened_at, clicked_at) END) * 24 AS clicked_hours,
        median(CASE WHEN ordered_at >= clicked_at THEN main.elapsed_days(clicked_at, ordered_at) END) * 24 AS ordered_hours,
        CAST(coalesce(sum(orders), 0) AS BIGINT) AS orders,
        coalesce(sum(revenue), 0) AS revenue
    FROM furthest
    GROUP BY band
    UNION ALL
    SELECT
        {{ report_band }},
        CAST(sum(report.sent) AS BIGINT),
        CAST(sum(report.delivered) AS BIGINT),
        CAST(sum(report.opened) AS BIGINT),
        CAST(sum(report.clicked) AS BIGINT),
        NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM reports AS report
    GROUP BY 1
),

known_orders AS (
    SELECT count(*) > 0 AS has_orders
    FROM (SELECT 1 FROM star.fact_order LIMIT 1) AS first_order
),

rows_of_steps AS (
    SELECT
        coalesce(mail_sums.band, '(unknown)') AS band,
        listed.step_number,
        listed.step,
        listed.mails,
        listed.median_hours,
        mail_sums.sent,
        CASE WHEN listed.step_number = 5 THEN mail_sums.orders END AS orders,
        CASE WHEN listed.step_number = 5 THEN main.money(mail_sums.revenue) END AS revenue,
        max(listed.mails) OVER (
            PARTITION BY mail_sums.band ORDER BY listed.step_number ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING
        ) AS before
    FROM mail_sums
    CROSS JOIN known_orders
    CROSS JOIN LATERAL (
        VALUES
            (1, 'sent', mail_sums.sent, CAST(NULL AS DOUBLE)),
            (2, 'delivered', mail_sums.delivered, mail_sums.delivered_hours),
            (3, 'opened', mail_sums.opened, mail_sums.opened_hours),
            (4, 'clicked', mail_sums.clicked, mail_sums.clicked_hours),
            (5, 'ordered', CASE WHEN known_orders.has_orders THEN mail_sums.ordered END, mail_sums.ordered_hours)
    ) AS listed (step_number, step, mails, median_hours)
    WHERE listed.mails IS NOT NULL
)

SELECT
    band,
    CAST(step_number AS BIGINT) AS step_number,
    step,
    mails,
    before - mails AS lost,
    main.ratio(mails, before) AS rate_from_previous,
    main.ratio(mails, sent) AS rate_from_first,
    median_hours,
    orders,
    revenue
FROM rows_of_steps
ORDER BY band, step_number
