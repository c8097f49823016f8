/*
question = "Which kinds of email campaign earn their cost, and what would have been bought without them?"
doc = """
One row a kind of email campaign, with campaigns that sent nothing and kinds that sold nothing. The range is that of the \
assignments; what followed from them (opens, clicks, orders) is counted whenever it came. An order is credited to one mail \
at most: the last one, of all campaigns, that its customer clicked (or opened, or got: basis) within email_hours before it. \
Orders count as placed, before refunds. Such credit is not effect: many would have bought anyway, and basis delivered credits \
nearly every order of a person who is mailed often. The incremental figures are the effect: orders and revenue, within \
email_hours after the assignment, of all who were assigned, delivered or not, less what those held out at random lead one \
to expect. They cover only the campaigns that held out two people or more, campaign by campaign. Their 95 % intervals are Newcombe's hybrid \
score intervals (1998) of the difference of two shares of buyers, times what a buyer of either group orders and pays, which \
differs from buyer to buyer: never of width zero, however few were held out. Campaigns of a kind are taken as independent, and \
their buyers as alike; assignments less than email_hours before the end of the data have not shown all of their effect. \
Machines open and click mail too: prefer the human figures where they are known."""
grain = ["campaign_type"]

[params]
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
email_hours = { type = "float", min = 0, max = 8760, default = 120, doc = "Elapsed hours before an order within which a mail may be credited, inclusive; for the incremental figures, hours after the assignment." }

[columns]
campaign_type = "Kind of campaign."
campaigns = "Campaigns of this kind in the Email channel or with mail, whether or not they sent any in the range."
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
conversions = "Orders credited."
revenue = "Net revenue of these orders."
cost = "Cost of sending."
revenue_per_email = "revenue per mail sent."
recipients = "Customers who got at least one mail of this kind."
revenue_per_recipient = "revenue per recipient."
roi = "(revenue - cost) / cost."
holdout_recipients = "Assignments held out at random."
compared_recipients = "Assignments mailed by campaigns whose held-out people they are compared with."
incremental_conversions = "Orders of these more than expected from the people held out. NULL where no campaign held out two."
incremental_conversions_low = "Lower end of its 95 % interval."
incremental_conversions_high = "Upper end of its 95 % interval."
incremental_revenue = "Net revenue of these more than expected from the people held out. NULL where no campaign held out two."
incremental_revenue_low = "Lower end of its 95 % interval. NULL too where nobody bought: then nothing tells what a buyer would pay."
incremental_revenue_high = "Upper end of its 95 % interval."
*/
{% from "_shared/email_credit.sql" import credited_orders %}
WITH {{ credited_orders() }},

{% include "email/_mailed.sql" %},

{% include "email/_holdout.sql" %},

{% include "email/_gained.sql" %},

kinds AS (
    SELECT campaign_type, count(*) AS campaigns
    FROM campaigns
    GROUP BY campaign_type
)

SELECT
    kinds.campaign_type,
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
    CAST(coalesce(mail_totals.conversions, 0) AS BIGINT) AS conversions,
    coalesce(mail_totals.revenue, 0.00) AS revenue,
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
LEFT JOIN mail_totals ON mail_totals.campaign_type = kinds.campaign_type
LEFT JOIN gains ON gains.campaign_type = kinds.campaign_type
ORDER BY revenue DESC, kinds.campaign_type
