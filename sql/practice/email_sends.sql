/*
doc   = "An email to one person, and what became of it. People held out at random, as a control, are here too: without sent_at. Practice view: everything in one place, in plain words."
grain = ["email_id"]

[columns]
email_id = "Number of the email."
campaign_id = "Campaign of the email, as in email_campaigns. NULL when not known."
campaign_name = "Name of the campaign. NULL when not known."
campaign_type = "Kind of campaign, such as Newsletter. NULL when not known."
subject_line = "Subject line. NULL when not known."
customer_id = "Person to whom it was addressed. NULL when not known."
held_out = "Whether the person was left out at random, as a control: then nothing was sent."
planned_at = "When it was sent, or would have been, in the warehouse's zone."
sent_at = "When it was sent, in the warehouse's zone. NULL for people held out."
send_date = "Day on which it was sent. NULL for people held out."
delivered = "Whether it was delivered."
bounce_type = "Why it was not delivered: hard (the address does not exist) or soft. NULL when it did not bounce."
opened = "Whether it was opened, by whomever: many opens are made by machines, such as Apple's privacy proxy."
opened_at = "First open, by whomever, in the warehouse's zone. NULL without one."
opened_by_person = "Whether the person opened it. NULL where the source cannot tell people from machines."
opened_by_person_at = "First open by the person, in the warehouse's zone. NULL without one, and where it is not known."
clicked = "Whether it was clicked, by whomever: some clicks are made by scanners of links."
clicked_at = "First click, by whomever, in the warehouse's zone. NULL without one."
clicked_by_person = "Whether the person clicked it. NULL where the source cannot tell people from machines."
clicked_by_person_at = "First click by the person, in the warehouse's zone. NULL without one, and where it is not known."
unsubscribed = "Whether the person unsubscribed through it."
complained = "Whether the person reported it as spam."
coupon_code = "Code that it carries, as in coupons. NULL for none; some kinds of mail carry one to half of their recipients, drawn by lot."
cost = "What sending it cost, to the millionth of the currency."
*/
SELECT
    email.email_id,
    main.known(campaign.campaign_id) AS campaign_id,
    main.known(campaign.name) AS campaign_name,
    main.known(campaign.campaign_type) AS campaign_type,
    campaign.subject_line,
    main.known(customer.customer_id) AS customer_id,
    email.is_holdout AS held_out,
    email.assigned_at AS planned_at,
    email.sent_at,
    CAST(email.sent_at AS DATE) AS send_date,
    email.delivered_at IS NOT NULL AS delivered,
    email.bounce_type,
    email.first_opened_at IS NOT NULL AS opened,
    email.first_opened_at AS opened_at,
    CASE WHEN email.is_human_known OR email.first_opened_at IS NULL THEN email.first_human_opened_at IS NOT NULL END AS opened_by_person,
    email.first_human_opened_at AS opened_by_person_at,
    email.first_clicked_at IS NOT NULL AS clicked,
    email.first_clicked_at AS clicked_at,
    CASE WHEN email.is_human_known OR email.first_clicked_at IS NULL THEN email.first_human_clicked_at IS NOT NULL END AS clicked_by_person,
    email.first_human_clicked_at AS clicked_by_person_at,
    email.unsubscribed_at IS NOT NULL AS unsubscribed,
    email.complained_at IS NOT NULL AS complained,
    main.known(coupon.code) AS coupon_code,
    email.cost
FROM star.fact_email AS email
LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = email.campaign_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = email.customer_key
LEFT JOIN star.dim_coupon AS coupon ON coupon.coupon_key = email.coupon_key
