/*
doc   = "A person who left their details, and whether they became a customer. Practice view: everything in one place, in plain words."
grain = ["lead_id"]

[columns]
lead_id = "Number of the lead."
captured_at = "When the details were left, in the warehouse's zone."
capture_date = "Day on which they were left."
channel = "Channel that brought the lead. NULL when not known."
campaign_id = "Campaign that brought the lead. NULL when not known, or none."
campaign = "Name of that campaign. NULL when not known, or none."
customer_id = "Customer whom the lead became, or who they were already. NULL when not known."
converted = "Whether the lead has bought since."
converted_at = "When the lead first bought, in the warehouse's zone. NULL if never."
days_to_convert = "Whole elapsed days from captured_at to converted_at. NULL if never."
*/
SELECT
    lead.lead_id,
    lead.captured_at,
    CAST(lead.captured_at AS DATE) AS capture_date,
    main.known(channel.channel) AS channel,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign,
    main.known(customer.customer_id) AS customer_id,
    lead.became_customer_at IS NOT NULL AS converted,
    lead.became_customer_at AS converted_at,
    CAST(floor(main.elapsed_days(lead.captured_at, lead.became_customer_at)) AS BIGINT) AS days_to_convert
FROM star.fact_lead AS lead
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = lead.channel_key
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = lead.campaign_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = lead.customer_key
