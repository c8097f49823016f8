/*
question = "At which hour, or on which day, is mail opened most?"
doc = """
Mails delivered and opened by the hour of sending (of the warehouse's zone) or by the day of the week, and an index: opens over those to expect of the same mix of kinds of campaign at any \
time, with Byar's 95 % interval. Opens are those by people, or by whomever where a source cannot tell for some of the mails. Of campaigns whose report alone is known, \
all mails count at the moment when sending began. Of a report that tells no unique opens (or clicks), all opens are taken, mails delivered at most."""
misleads = """
Kinds that answer what somebody does (welcome, cart) go out when people are awake and looking: ask for one kind that goes to a list. A mailing that did well makes its hour look good: believe an hour \
with many campaigns, or an experiment in which the hour is drawn. People live in other zones than the warehouse."""
grain = ["band"]
headline = ["band", "delivered", "open_rate", "index", "index_low", "index_high"]
needs = ["star.fact_email.sent_at or star.fact_email_report.sent_at", "star.fact_email or star.fact_email_report.unique_opens or star.fact_email_report.opens", "star.fact_email or star.fact_email_report.delivered or star.fact_email_report.hard_bounces"]

[chart]
kind = "interval"
x = "band"
y = "index"
low = "index_low"
high = "index_high"
reference = 1

[finding]
text = "Mail sent at {band} is opened {index:number} times as often as mail of the same kinds at any time ({index_low:number} to {index_high:number})."
sql = "SELECT band, index, index_low, index_high FROM answer WHERE opened >= 30 AND index_low > 1 ORDER BY index DESC, band LIMIT 1"

[params]
by = { type = "choice", of = ["hour", "weekday", "month"], default = "hour", doc = "What a row is: an hour of the day (00 to 23), a day of the week (1 is Monday), or a month of the year (01 to 12)." }

[columns]
band = "Hour, day of the week or month of the year, of sending."
delivered = "Mails delivered."
opened = "Mails opened; of a report that tells no unique opens, all opens, mails delivered at most."
open_rate = "opened / delivered."
rate_low = "Lower end of Wilson's 95 % interval of it, as if each mail stood for itself."
rate_high = "Upper end."
expected_opens = "Opens to expect of the same mix of kinds of campaign."
index = "opened / expected_opens."
index_low = "Lower end of its 95 % interval."
index_high = "Upper end."
click_rate = "Mails clicked in, by people where that is known, per mail delivered."
unsubscribe_rate = "Unsubscribes per mail delivered."
*/
{% from "email/_cells.sql" import cells %}
{% from "email/_index.sql" import indexed, index_columns %}
{% set time = {
    "hour": "right('0' || CAST(extract(hour FROM {}) AS VARCHAR), 2)",
    "weekday": "CAST(extract(isodow FROM {}) AS VARCHAR)",
    "month": "right('0' || CAST(extract(month FROM {}) AS VARCHAR), 2)",
}[by] %}
WITH {{ cells(time.format("mail.sent_at"), time.format("report.sent_at")) }},

{{ indexed() }}

SELECT
    band,
{{ index_columns() }}
FROM bands
ORDER BY band
