/*
question = "Do people who got mail lately open less?"
doc = """
Mails delivered and opened by how many mails the same person had got within so many days before, and an index: opens over those to expect of the same mix of kinds of campaign. \
The interval is Byar's, of 95 %. Opens are those by people, or by whomever where a source cannot tell for some of the mails. Mails to nobody in particular are left out."""
misleads = "Who gets much mail differs from who gets little: buyers and people who look around get more kinds of it, and those who are tired unsubscribe and are no longer here. Unsubscribes per mail understate the loss for that reason."
grain = ["band"]
headline = ["band", "delivered", "open_rate", "index", "index_low", "index_high", "unsubscribe_rate"]
needs = ["star.fact_email"]

[chart]
kind = "response"
x = "band"
y = "index"
low = "index_low"
high = "index_high"
reference = 1

[finding]
text = "After {band} other mails within {days:days} people open {index:number} times as often as to be expected ({index_low:number} to {index_high:number})."
sql = "SELECT band, days, index, index_low, index_high FROM answer WHERE index_high < 1 AND opened >= 30 ORDER BY band DESC LIMIT 1"

[params]
days = { type = "float", min = 0.01, max = 365, default = 14, doc = "How long before a mail others count." }
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
campaign_type = { type = "str", doc = "Only campaigns of this kind. Default: all." }
most = { type = "int", min = 1, max = 50, default = 4, doc = "As many mails or more are one row." }

[columns]
band = "Mails that the person had got within the days before, the last row with all that are more."
days = "The days."
delivered = "Mails delivered."
opened = "Mails opened."
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
{% from "email/_index.sql" import indexed, index_columns %}
WITH counted_mails AS (
    SELECT
        campaign_key,
        assigned_at,
        first_opened_at,
        first_human_opened_at,
        first_clicked_at,
        first_human_clicked_at,
        is_human_known,
        unsubscribed_at,
        count(*) OVER (PARTITION BY customer_key ORDER BY epoch_us(delivered_at) RANGE BETWEEN main.microseconds($days) PRECEDING AND 1 PRECEDING) AS recent
    FROM star.fact_email
    WHERE customer_key <> 0 AND delivered_at IS NOT NULL
),

cells AS (
    SELECT
        least(mail.recent, $most) AS band,
        campaign.campaign_type,
        count(*) AS delivered,
        count(mail.first_opened_at) AS unique_opens,
        CASE WHEN count(mail.first_opened_at) FILTER (WHERE NOT mail.is_human_known) = 0 THEN count(mail.first_human_opened_at) END AS unique_human_opens,
        count(mail.first_clicked_at) AS unique_clicks,
        CASE WHEN count(mail.first_clicked_at) FILTER (WHERE NOT mail.is_human_known) = 0 THEN count(mail.first_human_clicked_at) END AS unique_human_clicks,
        count(mail.unsubscribed_at) AS unsubscribes
    FROM counted_mails AS mail
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = mail.campaign_key
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
        AND ($campaign_type IS NULL OR campaign.campaign_type = $campaign_type)
    GROUP BY 1, 2
),

{{ indexed() }}

SELECT
    CAST(band AS BIGINT) AS band,
    CAST($days AS DOUBLE) AS days,
{{ index_columns() }}
FROM bands
ORDER BY band
