/*
question = "Does the mail arrive, and do mailbox providers still like it?"
doc = """
Bounces and complaints by month, by the domain of the address, by kind of campaign or by campaign, each held against a threshold. Complaints: Gmail and Yahoo ask senders to stay below 0.1 % of the mail delivered and never to reach \
0.3 % (their sender guidelines of February 2024). Bounces: above 2 % of the mail sent a list needs cleaning, from 5 % on services stop senders (Amazon SES reviews at 5 %). \
A row is bad where the rate is at its worse threshold or above and its interval lies above the lesser one, watch where it is at the lesser one, else good; unsure where the interval still holds the worse threshold. What no source of the warehouse tells (bounces, complaints, unsubscribes) is NULL, not 0."""
misleads = "Providers count complaints of mail that reached the inbox of their own users alone, which no sender's data show: their own tools (Google Postmaster) decide. A few complaints of few mails say little: see the interval."
grain = ["band"]
headline = ["band", "sent", "bounce_rate", "complaint_rate", "bounce_state", "complaint_state"]
needs = ["star.fact_email or star.fact_email_report"]

[chart]
kind = "interval"
x = "band"
y = "bounce_rate"
low = "bounce_low"
high = "bounce_high"

[finding]
text = "{band}: {bounce_rate:percent} of {sent:count} mails bounce, beyond what providers tolerate."
sql = "SELECT band, bounce_rate, sent FROM answer WHERE bounce_state IN ('watch', 'bad') AND bounce_low > 0.02 ORDER BY bounce_rate DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["month", "domain", "campaign_type", "campaign"], default = "month", doc = "What a row is. Domains are known of mails alone, not of reports." }
watch_bounces = { type = "float", min = 0, max = 1, default = 0.02, doc = "Bounce rate from which on to watch." }
bad_bounces = { type = "float", min = 0, max = 1, default = 0.05, doc = "Bounce rate that is bad." }
watch_complaints = { type = "float", min = 0, max = 1, default = 0.001, doc = "Complaint rate from which on to watch." }
bad_complaints = { type = "float", min = 0, max = 1, default = 0.003, doc = "Complaint rate that is bad." }

[columns]
band = "First day of the month of sending, domain, kind of campaign or campaign; (unknown) where it is not known."
sent = "Mails sent."
delivered = "Mails delivered."
delivery_rate = "delivered / sent."
hard_bounces = "Mails not delivered because the address does not exist."
soft_bounces = "Mails not delivered because of a passing fault."
bounce_rate = "Bounces / sent."
bounce_low = "Lower end of Wilson's 95 % interval of it."
bounce_high = "Upper end."
bounce_state = "good, watch, bad or unsure."
complaints = "Mails reported as spam. NULL where no source tells."
complaint_rate = "complaints / delivered."
complaint_low = "Lower end of its interval."
complaint_high = "Upper end."
complaint_state = "good, watch, bad or unsure."
unsubscribe_rate = "Unsubscribes / delivered."
*/
{% from "email/_cells.sql" import cells %}
{% from "email/_known.sql" import known %}
{% set mail_band, report_band = {
    "month": ("CAST(date_trunc('month', mail.sent_at) AS DATE)", "CAST(date_trunc('month', report.sent_at) AS DATE)"),
    "domain": ("nullif(split_part(customer.email, '@', 2), '')", "NULL"),
    "campaign_type": ("campaign.campaign_type", "report.campaign_type"),
    "campaign": ("campaign.campaign_id", "report.campaign_id"),
}[by] %}
{% macro state(rate, low, high, watch, bad) %}
    CASE
        WHEN {{ rate }} IS NULL THEN NULL
        WHEN {{ rate }} >= {{ bad }} AND {{ low }} > {{ watch }} THEN 'bad'
        WHEN {{ high }} >= {{ bad }} AND {{ low }} <= {{ watch }} THEN 'unsure'
        WHEN {{ rate }} >= {{ watch }} THEN 'watch'
        ELSE 'good'
    END
{%- endmacro %}
WITH {{ cells(mail_band, report_band, "false" if by == "domain" else "true") }},

{{ known() }},

bands AS (
    SELECT
        coalesce(CAST(band AS VARCHAR), '(unknown)') AS band,
        CAST(sum(sent) AS BIGINT) AS sent,
        CAST(sum(delivered) AS BIGINT) AS delivered,
        CAST(sum(CASE WHEN known.bounces THEN cells.hard_bounces END) AS BIGINT) AS hard_bounces,
        CAST(sum(CASE WHEN known.bounces THEN cells.soft_bounces END) AS BIGINT) AS soft_bounces,
        CAST(sum(CASE WHEN known.complaints THEN cells.complaints END) AS BIGINT) AS complaints,
        CAST(sum(CASE WHEN known.unsubscribes THEN cells.unsubscribes END) AS BIGINT) AS unsubscribes
    FROM cells
    CROSS JOIN known
    GROUP BY 1
),

rates AS (
    SELECT
        bands.*,
        main.ratio(CASE WHEN hard_bounces + coalesce(soft_bounces, 0) > sent THEN sent ELSE hard_bounces + coalesce(soft_bounces, 0) END, sent) AS bounce_rate,
        main.ratio(CASE WHEN complaints > delivered THEN delivered ELSE complaints END, delivered) AS complaint_rate
    FROM bands
    WHERE sent > 0
),

intervals AS (
    SELECT
        rates.*,
        stats.wilson_low(bounce_rate, sent, stats.z_95()) AS bounce_low,
        stats.wilson_high(bounce_rate, sent, stats.z_95()) AS bounce_high,
        stats.wilson_low(complaint_rate, delivered, stats.z_95()) AS complaint_low,
        stats.wilson_high(complaint_rate, delivered, stats.z_95()) AS complaint_high
    FROM rates
)

SELECT
    band,
    sent,
    delivered,
    main.ratio(delivered, sent) AS delivery_rate,
    hard_bounces,
    soft_bounces,
    bounce_rate,
    bounce_low,
    bounce_high,
    {{ state("bounce_rate", "bounce_low", "bounce_high", "$watch_bounces", "$bad_bounces") }} AS bounce_state,
    complaints,
    complaint_rate,
    complaint_low,
    complaint_high,
    {{ state("complaint_rate", "complaint_low", "complaint_high", "$watch_complaints", "$bad_complaints") }} AS complaint_state,
    main.ratio(unsubscribes, delivered) AS unsubscribe_rate
FROM intervals
ORDER BY band
