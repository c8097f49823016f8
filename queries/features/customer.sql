/*
question = "What was known of each customer at a moment, in figures that a model can learn from?"
doc = """
One row for each customer known before as_of, with what had happened strictly before it: how recently, how often and for how much they bought, over several \
windows; what came back; visits, mails, answers, complaints, subscriptions; who they were then. Everything counts from the moment at which it became known: a \
return from its return, a click from the click, a browser from its first identification. Ask it for several past days and hold features/customer_outcome beside it, and a model \
learns without seeing the future: martlet model fit churn does. NULL is what is not known, 0 is what did not happen."""
misleads = """
An order that was cancelled later counts as never made, since no source says when it was cancelled. Income, household and education are as known today, for their past is not \
kept; region, tier and consent are as they were then."""
grain = ["customer_key"]
headline = ["customer_id", "recency_days", "orders", "revenue", "orders_365d", "visits_90d", "mails_90d"]
needs = ["star.dim_customer"]

[chart]
kind = "scatter"
x = "recency_days"
y = "orders"

[finding]
text = "{buyers:count} of {customers:count} customers known at the moment had bought by then, {active:count} of them within the year before."
sql = "SELECT count(recency_days) AS buyers, count(*) AS customers, count(*) FILTER (WHERE orders_365d > 0) AS active FROM answer HAVING count(recency_days) > 0"

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
customer_id = "Identifier of the customer in its source. No feature."
as_of = "The moment of asking. No feature."
days_since_sign_up = "Elapsed days since the account was opened. NULL when not known."
age_years = "Age in whole years at the moment. NULL when the day of birth is not known."
gender = "Gender, as the customer gave it. NULL when not given."
education = "Highest education. NULL when not known."
marital_status = "Marital status. NULL when not known."
children = "Children and teenagers in the household. NULL when not known."
income = "Yearly income of the household. NULL when not known."
region = "State, province or region at the moment. NULL when not known."
loyalty_tier = "Level in the loyalty programme at the moment. NULL when not a member."
is_email_opted_in = "1 when the customer agreed to marketing mail at the moment, 0 when not. NULL when not known."
acquisition_channel = "Channel of the visit that led to the sign-up. NULL when not known."
has_bought_before_data = "1 when the customer had bought before the data begin, 0 when not. NULL when not known."
orders = "Sales until then."
recency_days = "Elapsed days since the last sale. NULL without one."
days_since_first_order = "Elapsed days since the first sale in the data. NULL without one."
orders_30d = "Sales in the last 30 days."
orders_90d = "Sales in the last 90 days."
orders_180d = "Sales in the last 180 days."
orders_365d = "Sales in the last 365 days."
trend = "Sales in the last 180 days less those in the 180 days before."
revenue = "Net revenue of the sales, less the refunds and credit notes that had come by then."
revenue_90d = "Net revenue of the sales in the last 90 days, before refunds."
revenue_365d = "Net revenue of the sales in the last 365 days, before refunds."
avg_order_value = "Mean net revenue of a sale. NULL without one."
last_order_value = "Net revenue of the last sale. NULL without one."
mean_gap_days = "Mean of the elapsed days between sales. NULL below two."
last_gap_days = "Elapsed days between the last two sales. NULL below two."
longest_gap_days = "The longest time between two sales, in elapsed days. NULL below two."
overdue_ratio = "recency_days / mean_gap_days: above 1 the customer is later than usual. NULL below two sales."
discount_share = "Discounts / gross amount of the sales. NULL without a sale."
coupon_share = "Share of the sales with a coupon. NULL without a sale."
store_share = "Share of the sales placed in a store. NULL without a sale."
items_per_order = "Items a sale. NULL without a sale."
categories = "Categories in which the customer bought."
top_category = "Category on which the customer spent most; of equals the first by name. NULL without a line."
top_category_share = "Its share of what the customer spent. NULL without a line."
returned_lines = "Order lines sent back, received by then."
returned_lines_90d = "Of these, in the last 90 days."
refund_share = "Refunds received by then / net revenue of the sales. NULL without a sale."
late_deliveries = "Deliveries that came later than promised."
last_delivery_late_days = "Days by which the last delivery came later than promised, negative for earlier. NULL when not known."
visits = "Visits of the customer's browsers, those identified by then."
visits_30d = "Visits in the last 30 days."
visits_90d = "Visits in the last 90 days."
visits_365d = "Visits in the last 365 days."
days_since_visit = "Elapsed days since the last visit. NULL without one."
mobile_share = "Share of the visits on a mobile phone. NULL without a visit."
page_views_90d = "Pages seen in the last 90 days."
product_views_90d = "Products looked at in the last 90 days."
cart_additions_90d = "Additions to the cart in the last 90 days."
checkouts_90d = "Checkouts begun in the last 90 days."
searches_90d = "Searches in the last 90 days."
mails_30d = "Mails delivered in the last 30 days."
mails_90d = "Mails delivered in the last 90 days."
mails_365d = "Mails delivered in the last 365 days."
opens_30d = "Mails first opened in the last 30 days."
opens_90d = "Mails first opened in the last 90 days."
opens_365d = "Mails first opened in the last 365 days."
clicks_90d = "Mails first clicked in the last 90 days."
clicks_365d = "Mails first clicked in the last 365 days."
days_since_open = "Elapsed days since a mail was last opened for the first time. NULL without one."
days_since_click = "Elapsed days since a mail was last clicked for the first time. NULL without one."
unsubscribed_mails = "Mails through which the customer unsubscribed."
complained_mails = "Mails reported as spam."
contacts_90d = "Contacts with support opened in the last 90 days."
contacts_365d = "Contacts with support opened in the last 365 days."
contact_satisfaction = "Satisfaction with the last contact that was resolved and rated, 1 to 5. NULL without one."
nps = "Last answer from 0 to 10 to how likely the customer is to recommend. NULL without one."
csat = "Last answer of satisfaction, 1 to 5. NULL without one."
complaints = "Surveys with a complaint."
reviews = "Reviews written."
rating = "Mean stars of the reviews. NULL without one."
subscriptions = "Subscriptions that ran at the moment."
cancelled_subscriptions = "Subscriptions that the customer had cancelled."
referrals = "Customers whom this one had invited, and who had signed up."
told_recency_days = "Days since the last purchase as a source told it, counted on to the moment. NULL when no source did."
told_spend = "Money spent as a source told it. NULL when no source did."
told_web_visits = "Visits of the site a month, as a source told them. NULL when no source did."
told_deal_purchases = "Purchases with a discount as a source told them. NULL when no source did."
told_web_purchases = "Purchases on the site as a source told them. NULL when no source did."
told_catalogue_purchases = "Purchases from catalogues as a source told them. NULL when no source did."
told_store_purchases = "Purchases in stores as a source told them. NULL when no source did."
told_top_category = "Category on which the customer had spent most as a source told it; of equals the first by name. NULL when no source did."
told_top_category_share = "Its share of what the customer had spent. NULL when no source did."
*/
{% from "features/_asked.sql" import asked %}
{% from "features/_orders.sql" import orders %}
{% from "features/_visits.sql" import visits %}
{% from "features/_mails.sql" import mails %}
{% from "features/_voices.sql" import voices %}
WITH {{ asked() }},

{{ orders() }},

{{ visits() }},

{{ mails() }},

{{ voices() }},

-- How each customer stood at the moment, and when they were first known.
versions AS (
    SELECT
        version.customer_key,
        version.region,
        version.loyalty_tier,
        version.is_email_opted_in,
        row_number() OVER (PARTITION BY version.customer_key ORDER BY version.valid_from DESC, version.customer_version_key DESC) AS place
    FROM star.dim_customer_history AS version
    CROSS JOIN asked
    WHERE version.valid_from < asked.as_of
),

known AS (
    SELECT customer.*, asked.as_of
    FROM star.dim_customer AS customer
    CROSS JOIN asked
    LEFT JOIN order_sums ON order_sums.customer_key = customer.customer_key
    LEFT JOIN told_figures ON told_figures.customer_key = customer.customer_key
    WHERE
        customer.customer_key <> 0
        AND (customer.signed_up_at < asked.as_of OR order_sums.customer_key IS NOT NULL OR told_figures.customer_key IS NOT NULL)
)

SELECT
    known.customer_key,
    known.customer_id,
    known.as_of,
    CASE WHEN known.signed_up_at < known.as_of THEN main.elapsed_days(known.signed_up_at, known.as_of) END AS days_since_sign_up,
    CAST(date_part('year', age(CAST(known.as_of AS DATE), known.birth_date)) AS INTEGER) AS age_years,
    known.gender,
    known.education,
    known.marital_status,
    coalesce(known.kids_at_home, 0) + coalesce(known.teens_at_home, 0)
    + CASE WHEN coalesce(known.kids_at_home, known.teens_at_home) IS NULL THEN NULL ELSE 0 END AS children,
    known.income,
    versions.region,
    versions.loyalty_tier,
    CAST(versions.is_email_opted_in AS INTEGER) AS is_email_opted_in,
    main.known(channel.channel) AS acquisition_channel,
    CAST(known.ordered_before_data AS INTEGER) AS has_bought_before_data,
    coalesce(order_sums.orders, 0) AS orders,
    order_sums.recency_days,
    order_sums.days_since_first_order,
    coalesce(order_sums.orders_30d, 0) AS orders_30d,
    coalesce(order_sums.orders_90d, 0) AS orders_90d,
    coalesce(order_sums.orders_180d, 0) AS orders_180d,
    coalesce(order_sums.orders_365d, 0) AS orders_365d,
    coalesce(order_sums.orders_180d - order_sums.orders_180d_before, 0) AS trend,
    main.money(coalesce(order_sums.revenue, 0) - coalesce(return_sums.refunds, 0) - coalesce(credit_sums.credited, 0)) AS revenue,
    main.money(coalesce(order_sums.revenue_90d, 0)) AS revenue_90d,
    main.money(coalesce(order_sums.revenue_365d, 0)) AS revenue_365d,
    main.money(main.ratio(order_sums.revenue, order_sums.orders)) AS avg_order_value,
    order_sums.last_order_value,
    main.ratio(order_sums.days_since_first_order - order_sums.recency_days, order_sums.orders - 1) AS mean_gap_days,
    order_sums.last_gap_days,
    order_sums.longest_gap_days,
    main.ratio(
        order_sums.recency_days, main.ratio(order_sums.days_since_first_order - order_sums.recency_days, order_sums.orders - 1)
    ) AS overdue_ratio,
    order_sums.discount_share,
    order_sums.coupon_share,
    order_sums.store_share,
    order_sums.items_per_order,
    coalesce(category_sums.categories, 0) AS categories,
    category_sums.top_category,
    category_sums.top_category_share,
    coalesce(return_sums.returned_lines, 0) AS returned_lines,
    coalesce(return_sums.returned_lines_90d, 0) AS returned_lines_90d,
    main.ratio(coalesce(return_sums.refunds, 0), order_sums.revenue) AS refund_share,
    coalesce(delivery_sums.late_deliveries, 0) AS late_deliveries,
    delivery_sums.last_delivery_late_days,
    coalesce(visit_sums.visits, 0) AS visits,
    coalesce(visit_sums.visits_30d, 0) AS visits_30d,
    coalesce(visit_sums.visits_90d, 0) AS visits_90d,
    coalesce(visit_sums.visits_365d, 0) AS visits_365d,
    visit_sums.days_since_visit,
    visit_sums.mobile_share,
    coalesce(event_sums.page_views_90d, 0) AS page_views_90d,
    coalesce(event_sums.product_views_90d, 0) AS product_views_90d,
    coalesce(event_sums.cart_additions_90d, 0) AS cart_additions_90d,
    coalesce(event_sums.checkouts_90d, 0) AS checkouts_90d,
    coalesce(event_sums.searches_90d, 0) AS searches_90d,
    coalesce(mail_sums.mails_30d, 0) AS mails_30d,
    coalesce(mail_sums.mails_90d, 0) AS mails_90d,
    coalesce(mail_sums.mails_365d, 0) AS mails_365d,
    coalesce(mail_sums.opens_30d, 0) AS opens_30d,
    coalesce(mail_sums.opens_90d, 0) AS opens_90d,
    coalesce(mail_sums.opens_365d, 0) AS opens_365d,
    coalesce(mail_sums.clicks_90d, 0) AS clicks_90d,
    coalesce(mail_sums.clicks_365d, 0) AS clicks_365d,
    mail_sums.days_since_open,
    mail_sums.days_since_click,
    coalesce(mail_sums.unsubscribed_mails, 0) AS unsubscribed_mails,
    coalesce(mail_sums.complained_mails, 0) AS complained_mails,
    coalesce(contact_sums.contacts_90d, 0) AS contacts_90d,
    coalesce(contact_sums.contacts_365d, 0) AS contacts_365d,
    contact_sums.contact_satisfaction,
    survey_sums.nps,
    survey_sums.csat,
    coalesce(survey_sums.complaints, 0) AS complaints,
    coalesce(review_sums.reviews, 0) AS reviews,
    review_sums.rating,
    coalesce(subscription_sums.subscriptions, 0) AS subscriptions,
    coalesce(subscription_sums.cancelled_subscriptions, 0) AS cancelled_subscriptions,
    coalesce(referral_sums.referrals, 0) AS referrals,
    told_figures.told_recency_days,
    told_figures.told_spend,
    told_figures.told_web_visits,
    told_figures.told_deal_purchases,
    told_figures.told_web_purchases,
    told_figures.told_catalogue_purchases,
    told_figures.told_store_purchases,
    told_categories.told_top_category,
    told_categories.told_top_category_share
FROM known
LEFT JOIN versions ON versions.customer_key = known.customer_key AND versions.place = 1
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = known.acquisition_channel_key
LEFT JOIN order_sums ON order_sums.customer_key = known.customer_key
LEFT JOIN credit_sums ON credit_sums.customer_key = known.customer_key
LEFT JOIN category_sums ON category_sums.customer_key = known.customer_key
LEFT JOIN return_sums ON return_sums.customer_key = known.customer_key
LEFT JOIN delivery_sums ON delivery_sums.customer_key = known.customer_key
LEFT JOIN visit_sums ON visit_sums.customer_key = known.customer_key
LEFT JOIN event_sums ON event_sums.customer_key = known.customer_key
LEFT JOIN mail_sums ON mail_sums.customer_key = known.customer_key
LEFT JOIN contact_sums ON contact_sums.customer_key = known.customer_key
LEFT JOIN survey_sums ON survey_sums.customer_key = known.customer_key
LEFT JOIN review_sums ON review_sums.customer_key = known.customer_key
LEFT JOIN subscription_sums ON subscription_sums.customer_key = known.customer_key
LEFT JOIN referral_sums ON referral_sums.customer_key = known.customer_key
LEFT JOIN told_figures ON told_figures.customer_key = known.customer_key
LEFT JOIN told_categories ON told_categories.customer_key = known.customer_key
ORDER BY known.customer_key
