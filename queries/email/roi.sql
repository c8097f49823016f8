/*
question = "Which kinds of email campaign earn their cost, and what would have been bought without them?"
doc = """
One row a kind of email campaign, with campaigns that sent nothing and kinds that sold nothing. The range is that of the \
assignments; what followed from them (opens, clicks, orders) is counted whenever it came. An order is credited to one mail \
at most: the last one, of all campaigns, that its customer clicked (or opened, or got: basis) within email_hours before it. \
Orders count as placed, before refunds. Such credit is not effect: many would have bought anyway, and basis delivered credits \
nearly every order of a person who is mailed often. The incremental figures are the effect: orders and revenue, within \
email_hours after the assignment, of all who were assigned, delivered or not, less what those held out at random lead one \
to expect. They cover only the campaigns that held out two people or more, and their intervals take campaigns as independent. \
Machines open and click mail too: prefer the human figures where they differ."""
grain = ["campaign_type"]

[params]
start = { type = "timestamp", doc = "First moment of the assignments, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the assignments, exclusive. Default: all." }
email_hours = { type = "float", min = 0, max = 8760, default = 120, doc = "Elapsed hours before an order within which a mail may be credited, inclusive; for the incremental figures, hours after the assignment." }
basis = { type = "choice", of = ["click", "open", "delivered"], default = "click", doc = "What makes a mail eligible for credit: a person's first click in it, a person's first open, or its delivery." }

[columns]
campaign_type = "Kind of campaign."
campaigns = "Campaigns of this kind in the Email channel or with mail, whether or not they sent any in the range."
sent = "Mails sent."
delivered = "Mails delivered."
hard_bounces = "Mails not delivered because the address does not exist."
soft_bounces = "Mails not delivered because of a passing fault."
unique_opens = "Mails opened, by a person or a machine."
unique_human_opens = "Mails opened by a person."
unique_clicks = "Mails clicked in, by a person or a machine."
unique_human_clicks = "Mails clicked in by a person."
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
incremental_conversions = "Orders of these more than expected from the people held out. NULL without a hold-out."
incremental_conversions_low = "Lower end of the 95 % interval (normal approximation)."
incremental_conversions_high = "Upper end of the 95 % interval."
incremental_revenue = "Net revenue of these more than expected from the people held out. NULL without a hold-out."
incremental_revenue_low = "Lower end of the 95 % interval (normal approximation)."
incremental_revenue_high = "Upper end of the 95 % interval."
*/
WITH {% include "email/_credited_orders.sql" %},

{% include "email/_holdout.sql" %},

credited AS (
    SELECT email_id, count(*) AS conversions, sum(net_revenue) AS revenue
    FROM credited_orders
    GROUP BY email_id
),

campaigns AS (
    SELECT campaign.campaign_key, campaign.campaign_type
    FROM star.dim_campaign AS campaign
    LEFT JOIN star.dim_channel AS channel ON channel.channel_key = campaign.channel_key
    WHERE channel.channel = 'Email' OR campaign.campaign_key IN (SELECT campaign_key FROM star.fact_email)
),

mailed AS (
    SELECT
        campaigns.campaign_type,
        count(mail.sent_at) AS sent,
        count(mail.delivered_at) AS delivered,
        count(*) FILTER (WHERE mail.bounce_type = 'hard') AS hard_bounces,
        count(*) FILTER (WHERE mail.bounce_type = 'soft') AS soft_bounces,
        count(mail.first_opened_at) AS unique_opens,
        count(mail.first_human_opened_at) AS unique_human_opens,
        count(mail.first_clicked_at) AS unique_clicks,
        count(mail.first_human_clicked_at) AS unique_human_clicks,
        count(mail.unsubscribed_at) AS unsubscribes,
        count(mail.complained_at) AS complaints,
        coalesce(sum(credited.conversions), 0) AS conversions,
        CAST(coalesce(sum(credited.revenue), 0) AS DECIMAL(18, 2)) AS revenue,
        CAST(sum(mail.cost) AS DECIMAL(18, 2)) AS cost,
        count(DISTINCT CASE WHEN mail.delivered_at IS NOT NULL THEN nullif(mail.customer_key, 0) END) AS recipients,
        count(*) FILTER (WHERE mail.is_holdout) AS holdout_recipients
    FROM star.fact_email AS mail
    INNER JOIN campaigns ON campaigns.campaign_key = mail.campaign_key
    LEFT JOIN credited ON credited.email_id = mail.email_id
    WHERE
        ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
    GROUP BY campaigns.campaign_type
),

gained AS (
    SELECT
        campaigns.campaign_type,
        sum(effects.compared) AS compared_recipients,
        CAST(sum(CAST(effects.orders_gained AS DECIMAL(38, 10))) AS DOUBLE) AS conversions,
        1.959963984540054 * sqrt(CAST(sum(CAST(effects.orders_variance AS DECIMAL(38, 10))) AS DOUBLE)) AS conversions_margin,
        CAST(sum(CAST(effects.revenue_gained AS DECIMAL(38, 10))) AS DOUBLE) AS revenue,
        1.959963984540054 * sqrt(CAST(sum(CAST(effects.revenue_variance AS DECIMAL(38, 10))) AS DOUBLE)) AS revenue_margin
    FROM effects
    INNER JOIN campaigns ON campaigns.campaign_key = effects.campaign_key
    GROUP BY campaigns.campaign_type
),

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
    CAST(coalesce(mailed.{{ count }}, 0) AS BIGINT) AS {{ count }},
    {% endfor %}
    CAST(mailed.unique_opens AS DOUBLE) / nullif(mailed.delivered, 0) AS open_rate,
    CAST(mailed.unique_human_opens AS DOUBLE) / nullif(mailed.delivered, 0) AS human_open_rate,
    CAST(mailed.unique_clicks AS DOUBLE) / nullif(mailed.delivered, 0) AS click_rate,
    CAST(mailed.unique_human_clicks AS DOUBLE) / nullif(mailed.delivered, 0) AS human_click_rate,
    CAST(mailed.unique_clicks AS DOUBLE) / nullif(mailed.unique_opens, 0) AS click_to_open_rate,
    CAST(coalesce(mailed.conversions, 0) AS BIGINT) AS conversions,
    coalesce(mailed.revenue, 0.00) AS revenue,
    coalesce(mailed.cost, 0.00) AS cost,
    CAST(mailed.revenue AS DOUBLE) / nullif(mailed.sent, 0) AS revenue_per_email,
    CAST(coalesce(mailed.recipients, 0) AS BIGINT) AS recipients,
    CAST(mailed.revenue AS DOUBLE) / nullif(mailed.recipients, 0) AS revenue_per_recipient,
    CAST(mailed.revenue - mailed.cost AS DOUBLE) / nullif(mailed.cost, 0) AS roi,
    CAST(coalesce(mailed.holdout_recipients, 0) AS BIGINT) AS holdout_recipients,
    CAST(coalesce(gained.compared_recipients, 0) AS BIGINT) AS compared_recipients,
    gained.conversions AS incremental_conversions,
    gained.conversions - gained.conversions_margin AS incremental_conversions_low,
    gained.conversions + gained.conversions_margin AS incremental_conversions_high,
    gained.revenue AS incremental_revenue,
    gained.revenue - gained.revenue_margin AS incremental_revenue_low,
    gained.revenue + gained.revenue_margin AS incremental_revenue_high
FROM kinds
LEFT JOIN mailed ON mailed.campaign_type = kinds.campaign_type
LEFT JOIN gained ON gained.campaign_type = kinds.campaign_type
ORDER BY revenue DESC, kinds.campaign_type
