/*
question = "How have the customers whom a campaign addressed answered the campaigns before it?"
doc = """
One row for each customer whom a campaign addressed, where a source tells who answered which campaign (star.fact_campaign_response): the campaigns before it that addressed the customer, and how many of them were answered. By default the campaign is the last one. Campaigns are in the order of their \
first day, and of their key where no day is known. Together with features/customer it is what martlet model fit response learns from; features/answer_outcome says who answered the campaign itself."""
misleads = "Where a source gives neither campaigns nor answers a day, the order of campaigns is that of their names in the file, and nobody can say what features/customer knew before the campaign."
grain = ["customer_key"]
headline = ["customer_key", "campaign", "earlier_campaigns", "earlier_answers"]
needs = ["star.fact_campaign_response"]

[chart]
kind = "bar"
x = "customer_key"
y = "earlier_answers"

[finding]
text = "{answered:count} of {customers:count} customers had answered a campaign before {campaign}."
sql = "SELECT count(*) FILTER (WHERE earlier_answers > 0) AS answered, count(*) AS customers, min(campaign) AS campaign FROM answer HAVING count(*) > 0"

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
campaign = "Name of the campaign. No feature."
earlier_campaigns = "Campaigns before it that addressed the customer, as a control or not."
earlier_answers = "Campaigns before it that the customer answered."
answered_last = "1 when the customer answered the campaign just before it, 0 when not. NULL without one."
*/
{% from "features/_campaigns.sql" import campaigns %}
WITH {{ campaigns() }},

earlier AS (
    SELECT
        response.customer_key,
        count(*) AS earlier_campaigns,
        count(*) FILTER (WHERE response.has_responded) AS earlier_answers,
        arg_max(CAST(response.has_responded AS INTEGER), placed.place) AS answered_last
    FROM star.fact_campaign_response AS response
    INNER JOIN placed ON placed.campaign_key = response.campaign_key
    INNER JOIN chosen_campaign ON placed.place < chosen_campaign.place
    GROUP BY response.customer_key
)

SELECT
    addressed.customer_key,
    addressed.name AS campaign,
    coalesce(earlier.earlier_campaigns, 0) AS earlier_campaigns,
    coalesce(earlier.earlier_answers, 0) AS earlier_answers,
    earlier.answered_last
FROM addressed
LEFT JOIN earlier ON earlier.customer_key = addressed.customer_key
ORDER BY addressed.customer_key
