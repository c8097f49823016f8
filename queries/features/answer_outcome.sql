/*
question = "Who answered the campaign?"
doc = "One row for each customer whom a campaign addressed: whether they answered it, as a source tells it. By default the campaign is the last one; features/answers has what was known of them before."
misleads = "Who was not addressed is not here: whom a campaign addresses is chosen, and others may answer otherwise."
grain = ["customer_key"]
headline = ["customer_key", "campaign", "has_answered"]
needs = ["star.fact_campaign_response"]

[chart]
kind = "bar"
x = "customer_key"
y = "has_answered"

[finding]
text = "{share:percent} of {customers:count} customers answered {campaign}."
sql = "SELECT sum(has_answered) / count(*) AS share, count(*) AS customers, min(campaign) AS campaign FROM answer HAVING count(*) > 0"

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
campaign = "Name of the campaign."
has_answered = "1 when the customer answered, else 0."
*/
{% from "features/_campaigns.sql" import campaigns %}
WITH {{ campaigns() }}

SELECT
    addressed.customer_key,
    addressed.name AS campaign,
    CAST(addressed.has_responded AS INTEGER) AS has_answered
FROM addressed
ORDER BY addressed.customer_key
