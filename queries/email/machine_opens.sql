/*
question = "How many of the opens are made by machines?"
doc = """
Opens and clicks by people beside those by machines (privacy proxies that load each picture, scanners that follow each link), by kind of campaign, by month or by the domain of the address. A mail that both a person and a machine opened counts as \
opened by a person. Where a source cannot tell (Klaviyo, Mailchimp and Brevo cannot), the figures of people are NULL, and instant_opens, within ten seconds of delivery, show how \
many machines there must be at least; sources that count opens without their moment put all of them there."""
misleads = "The open rate that tools show holds the machines: two campaigns compare by it only where their people use the same programs. A machine that opened hides whether the person would have."
grain = ["band"]
headline = ["band", "opened", "opened_by_people", "machine_share", "open_rate", "human_open_rate"]
needs = ["star.fact_email"]

[chart]
kind = "dumbbell"
x = "band"
y = ["human_open_rate", "open_rate"]

[finding]
text = "In {band}, {machine_share:percent} of the opens were made by machines alone: people opened {human_open_rate:percent} of the mails, not {open_rate:percent}."
sql = "SELECT band, machine_share, human_open_rate, open_rate FROM answer WHERE opened >= 100 AND machine_share > 0.05 ORDER BY machine_share DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["campaign_type", "month", "domain"], default = "campaign_type", doc = "What a row is." }

[columns]
band = "Kind of campaign, first day of the month of sending, or domain; (unknown) where it is not known."
delivered = "Mails delivered."
opened = "Mails opened, by whomever."
opened_by_people = "Of these, by a person. NULL where the source cannot tell for some."
opened_by_machines = "Of these, by machines alone."
machine_share = "opened_by_machines / opened."
open_rate = "opened / delivered."
human_open_rate = "opened_by_people / delivered."
instant_opens = "Mails first opened within ten seconds of delivery."
clicked = "Mails clicked in, by whomever."
clicked_by_people = "Of these, by a person. NULL where the source cannot tell for some."
clicked_by_machines = "Of these, by machines alone."
*/
{% from "email/_cells.sql" import cells %}
{% set mail_band = {
    "month": "CAST(date_trunc('month', mail.sent_at) AS DATE)",
    "domain": "nullif(split_part(customer.email, '@', 2), '')",
    "campaign_type": "campaign.campaign_type",
}[by] %}
WITH {{ cells(mail_band, "NULL", "false") }},

bands AS (
    SELECT
        coalesce(CAST(band AS VARCHAR), '(unknown)') AS band,
        CAST(sum(delivered) AS BIGINT) AS delivered,
        CAST(sum(unique_opens) AS BIGINT) AS opened,
        CASE WHEN count(*) = count(unique_human_opens) THEN CAST(sum(unique_human_opens) AS BIGINT) END AS opened_by_people,
        CAST(sum(instant_opens) AS BIGINT) AS instant_opens,
        CAST(sum(unique_clicks) AS BIGINT) AS clicked,
        CASE WHEN count(*) = count(unique_human_clicks) THEN CAST(sum(unique_human_clicks) AS BIGINT) END AS clicked_by_people
    FROM cells
    GROUP BY 1
)

SELECT
    band,
    delivered,
    opened,
    opened_by_people,
    opened - opened_by_people AS opened_by_machines,
    main.ratio(opened - opened_by_people, opened) AS machine_share,
    main.ratio(opened, delivered) AS open_rate,
    main.ratio(opened_by_people, delivered) AS human_open_rate,
    instant_opens,
    clicked,
    clicked_by_people,
    clicked - clicked_by_people AS clicked_by_machines
FROM bands
WHERE delivered > 0
ORDER BY band
