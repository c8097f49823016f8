/*
question = "Which kinds of email earn their cost, and what would have been bought without them?"
doc = """
One row a kind of email campaign (or a campaign, a month, a segment: by), with campaigns that sent nothing and kinds that sold nothing. The range is that of the \
assignments; what followed from them (opens, clicks, orders) is counted whenever it came. An order is credited to one mail \
at most: the last one, of all campaigns, that its customer clicked (or opened, or got: basis) within email_hours before it. \
Orders count as placed, before refunds. Such credit is not effect: many would have bought anyway, and basis delivered credits \
nearly every order of a person who is mailed often. The incremental figures are the effect: orders and revenue, within \
email_hours after the assignment, of all who were assigned, delivered or not, less what those held out at random lead one \
to expect. They cover only the mailings that held out two people or more, mailing by mailing (versions of one mailing together; a campaign without versions is one). Their 95 % intervals are Newcombe's hybrid \
score intervals (1998) of the difference of two shares of buyers, times what a buyer of either group orders and pays, which \
differs from buyer to buyer: never of width zero, however few were held out. Mailings of a kind are taken as independent, and \
their buyers as alike; assignments less than email_hours before the end of the data have not shown all of their effect. \
Machines open and click mail too: prefer the human figures where they are known. Opens and clicks count of delivered mails alone."""
misleads = "roi is of credited revenue. Where incremental_revenue is below revenue, mails are credited with what people would have bought anyway. Rows of many segments or campaigns hold out few people each: their intervals are wide, and some lie above 0 by chance. Whose segment is better may be so because of the mails: give start, and segments are as of then."
grain = ["campaign_type", "band"]
headline = ["campaign_type", "band", "sent", "revenue", "roi", "incremental_revenue", "incremental_revenue_low", "incremental_revenue_high"]
needs = ["star.fact_email", "star.fact_order"]

[chart]
kind = "interval"
x = "campaign_type"
y = "incremental_revenue"
low = "incremental_revenue_low"
high = "incremental_revenue_high"

[finding]
text = "{campaign_type} ({band}) is credited with {revenue:money}, and added {incremental_revenue:money} ({incremental_revenue_low:money} to {incremental_revenue_high:money}) by those held out."
sql = "SELECT campaign_type, band, revenue, incremental_revenue, incremental_revenue_low, incremental_revenue_high FROM answer WHERE incremental_revenue_low > 0 ORDER BY incremental_revenue DESC, campaign_type, band LIMIT 1"

[params]
by = { type = "choice", of = ["campaign_type", "campaign", "month", "segment"], default = "campaign_type", doc = "What a row is: a kind of campaign; a campaign, the versions of a mailing together; a month of the assignments; or the RFM segment in which the customers were at start (now, where no start is given)." }
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
email_hours = { type = "float", min = 0, max = 8760, default = 120, doc = "Elapsed hours before an order within which a mail may be credited, inclusive; for the incremental figures, hours after the assignment." }

[columns]
campaign_type = "Kind of campaign; (all) by month and by segment."
band = "Campaign (the mailing of which it is a version), first day of the month, or segment; (all) by campaign_type, (no order) for customers who are in no segment."
campaigns = "Campaigns in the Email channel or with mail, whether or not they sent any in the range; by month and by segment, those that did."
sent = "Mails sent."
delivered = "Mails delivered."
hard_bounces = "Mails not delivered because the address does not exist."
soft_bounces = "Mails not delivered because of a passing fault."
unique_opens = "Mails opened, by a person or a machine."
unique_human_opens = "Mails opened by a person. NULL where any was opened of which the source cannot tell by whom."
unique_clicks = "Mails clicked in, by a person or a machine."
unique_human_clicks = "Mails clicked in by a person. NULL where any was clicked in of which the source cannot tell by whom."
unsubscribes = "Mails through which a person unsubscribed."
complaints = "Mails reported as spam."
open_rate = "unique_opens per mail delivered."
human_open_rate = "unique_human_opens per mail delivered."
click_rate = "unique_clicks per mail delivered."
human_click_rate = "unique_human_clicks per mail delivered."
click_to_open_rate = "unique_clicks per unique open."
conversions = "Orders credited. NULL, as all that follows from orders, where there are none in the warehouse."
revenue = "Net revenue of these orders."
cost = "Cost of sending."
revenue_per_email = "revenue per mail sent."
recipients = "Customers who got at least one mail of this kind."
revenue_per_recipient = "revenue per recipient."
roi = "(revenue - cost) / cost."
holdout_recipients = "Assignments held out at random."
compared_recipients = "Assignments mailed by mailings whose held-out people they are compared with."
incremental_conversions = "Orders of these more than expected from the people held out. NULL where no mailing held out two."
incremental_conversions_low = "Lower end of its 95 % interval."
incremental_conversions_high = "Upper end of its 95 % interval."
incremental_revenue = "Net revenue of these more than expected from the people held out. NULL where no mailing held out two."
incremental_revenue_low = "Lower end of its 95 % interval. NULL too where nobody bought: then nothing tells what a buyer would pay."
incremental_revenue_high = "Upper end of its 95 % interval."

[advice]
text = "{what} {campaign_type} mails ({band})."
assumption = "The next mailings do what these did. {compared:count} people mailed were compared with {held:count} held out; go on holding out a few, or nobody will know."
unit = "net revenue"
period = "in the time asked about"
only = { by = "campaign_type" }
# 0.7 widths of a 95 % interval are 2.7 standard errors, which the best of eight kinds does not pass by chance.
sql = """
WITH added AS (
    SELECT
        campaign_type, band, holdout_recipients AS held, compared_recipients AS compared,
        incremental_revenue AS gain, incremental_revenue_low AS gain_low, incremental_revenue_high AS gain_high,
        0.7 * (incremental_revenue_high - incremental_revenue_low) AS margin
    FROM answer
    WHERE holdout_recipients >= 100 AND compared_recipients >= 100
),

choices AS (
    SELECT
        'Mail those held out too with' AS what, campaign_type, band, held, compared,
        gain * held / compared AS worth, gain_low * held / compared AS worth_low, gain_high * held / compared AS worth_high
    FROM added
    WHERE gain > margin
    UNION ALL
    SELECT 'Stop' AS what, campaign_type, band, held, compared, -gain AS worth, -gain_high AS worth_low, -gain_low AS worth_high
    FROM added
    WHERE -gain > margin
)
SELECT what, campaign_type, band, held, compared, worth, worth_low, worth_high
FROM choices
ORDER BY worth DESC, campaign_type LIMIT 1"""
*/
{% from "_shared/email_credit.sql" import credited_orders %}
{% from "email/_by.sql" import campaigns, band_of, segments_of, type_of %}
{% from "email/_mailed.sql" import mailed %}
{% from "email/_holdout.sql" import compared %}
{% from "email/_gained.sql" import gained %}
WITH {{ credited_orders() }},

{{ campaigns() }},

{{ mailed(by) }},

{{ compared(by) }},

{{ gained() }},

-- Without any orders in the warehouse it is not known what the mails brought.
known_orders AS (
    SELECT count(*) > 0 AS has_orders
    FROM (SELECT 1 FROM star.fact_order LIMIT 1) AS first_order
),

known_totals AS (
    SELECT
        mail_totals.* EXCLUDE (revenue),
        CASE WHEN known_orders.has_orders THEN mail_totals.revenue END AS revenue
    FROM mail_totals
    CROSS JOIN known_orders
),

known_gains AS (
    SELECT gains.*
    FROM gains
    INNER JOIN known_orders ON known_orders.has_orders
),

-- Without any mail there is nothing to tell of campaigns.
kinds AS (
    SELECT {{ type_of(by) }} AS campaign_type, {{ band_of(by) }} AS band, count(DISTINCT campaigns.campaign_key) AS campaigns
    FROM campaigns
    {% if by in ("month", "segment") %}
    INNER JOIN star.fact_email AS mail
        ON mail.campaign_key = campaigns.campaign_key
        AND ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    {{ segments_of(by) }}
    {% endif %}
    WHERE EXISTS (SELECT 1 FROM star.fact_email)
    GROUP BY 1, 2
)

SELECT
    kinds.campaign_type,
    kinds.band,
    CAST(kinds.campaigns AS BIGINT) AS campaigns,
    {% for count in ["sent", "delivered", "hard_bounces", "soft_bounces", "unique_opens", "unique_human_opens",
        "unique_clicks", "unique_human_clicks", "unsubscribes", "complaints"] %}
    CAST(CASE WHEN mail_totals.campaign_type IS NULL THEN 0 ELSE mail_totals.{{ count }} END AS BIGINT) AS {{ count }},
    {% endfor %}
    main.ratio(mail_totals.unique_opens, mail_totals.delivered) AS open_rate,
    main.ratio(mail_totals.unique_human_opens, mail_totals.delivered) AS human_open_rate,
    main.ratio(mail_totals.unique_clicks, mail_totals.delivered) AS click_rate,
    main.ratio(mail_totals.unique_human_clicks, mail_totals.delivered) AS human_click_rate,
    main.ratio(mail_totals.unique_clicks, mail_totals.unique_opens) AS click_to_open_rate,
    CASE WHEN known_orders.has_orders THEN CAST(coalesce(mail_totals.conversions, 0) AS BIGINT) END AS conversions,
    CASE WHEN known_orders.has_orders THEN coalesce(mail_totals.revenue, 0.00) END AS revenue,
    coalesce(mail_totals.cost, 0.00) AS cost,
    main.ratio(mail_totals.revenue, mail_totals.sent) AS revenue_per_email,
    CAST(coalesce(mail_totals.recipients, 0) AS BIGINT) AS recipients,
    main.ratio(mail_totals.revenue, mail_totals.recipients) AS revenue_per_recipient,
    main.ratio(mail_totals.revenue - mail_totals.cost, mail_totals.cost) AS roi,
    CAST(coalesce(mail_totals.holdout_recipients, 0) AS BIGINT) AS holdout_recipients,
    CAST(coalesce(gains.compared_recipients, 0) AS BIGINT) AS compared_recipients,
    gains.conversions AS incremental_conversions,
    gains.conversions - gains.conversions_below AS incremental_conversions_low,
    gains.conversions + gains.conversions_above AS incremental_conversions_high,
    gains.revenue AS incremental_revenue,
    gains.revenue - gains.revenue_below AS incremental_revenue_low,
    gains.revenue + gains.revenue_above AS incremental_revenue_high
FROM kinds
CROSS JOIN known_orders
LEFT JOIN known_totals AS mail_totals ON mail_totals.campaign_type = kinds.campaign_type AND mail_totals.band = kinds.band
LEFT JOIN known_gains AS gains ON gains.campaign_type = kinds.campaign_type AND gains.band = kinds.band
ORDER BY {% if by == "month" %}kinds.band, {% endif %}revenue DESC NULLS LAST, kinds.campaign_type, kinds.band
