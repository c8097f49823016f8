/*
doc    = "A customer: who they are, and their whole history in figures, as of the last order or visit in the data (or the last day of the figures that a source told). Orders are sales, as segmentation.rfm counts them. Customers without orders are here too, with zeros: they may have ordered before the data begin. Where a source told figures of customers rather than their orders (star.fact_customer_snapshot), recency_days, frequency, monetary and the categories are its own. The unknown customer is left out."
grain  = ["customer_key"]
stored = true

[columns]
customer_key = "Customer, as in star.dim_customer, never 0."
customer_id = "Identifier of the customer in its source."
gender = "Gender, as the customer gave it. NULL when not given."
age_range = "Band of the age in years. NULL when not known."
age_years = "Age in whole years on the day of the last order or visit in the data. NULL when the day of birth is not known."
education = "Highest education. NULL when not known."
marital_status = "Marital status. NULL when not known."
family = "Who lives in the household: children, teenagers, both, or none of them. NULL when not known."
children = "Number of children and teenagers in the household. NULL when neither is known."
income = "Yearly income of the household. NULL when not known."
income_range = "Band of the income; as texts the bands sort by income. NULL when not known."
country = "Country of the home address. NULL when not known."
region = "State, province or region of the home address. NULL when not known."
loyalty_tier = "Level in the loyalty programme. NULL when not a member."
acquisition_channel = "Channel of the visit that led to the sign-up. NULL when not known."
recency_days = "Whole elapsed days since the last order, or as the source told them. NULL without an order."
frequency = "Number of orders, or of purchases on the site, in stores and from catalogues as the source told them."
monetary = "Revenue net of refunds of the orders, or money spent as the source told it."
categories = "Number of categories in which the customer bought."
top_category = "Category on which the customer spent most; of equals the first by name. NULL without a line of a sale."
orders = "Number of orders that are sales, within the data."
cancelled_orders = "Number of cancelled orders, which count in no other column."
unsold_orders = "Number of other orders that are no sales, which count in no other column: not paid yet, failed, or of a status that nobody explained."
ordered_before_data = "Whether the customer had bought before the data begin, as in star.dim_customer. NULL when not known."
first_ordered_on = "Day of the customer's first sale ever, as in star.dim_customer, also where it lies before the data begin; where that is not known, the first of the orders. NULL without one."
first_ordered_at = "First of the orders within the data, in the warehouse's zone. NULL without one."
last_ordered_at = "Last of the orders within the data, in the warehouse's zone. NULL without one."
revenue = "Net revenue of the orders within the data, before refunds."
revenue_net_of_refunds = "Net revenue of the orders less refunds, those of credit notes included."
margin = "Margin of the orders, before refunds. NULL when the margin of one of them is not known."
avg_order_value = "revenue / orders. NULL without an order."
sessions = "Number of visits, those before the customer was identified included."
emails_received = "Number of emails delivered."
emails_opened = "Number of emails opened by the customer; opens by machines do not count. NULL where any was opened of which the source cannot tell by whom."
open_rate = "emails_opened / emails_received. NULL without an email."
rating = "Mean number of stars of the customer's reviews. NULL without one."
nps = "The customer's last answer from 0 to 10 to how likely they are to recommend. NULL without one."
has_complained = "Whether the customer complained in a survey, or the source says so. NULL when not asked and not told."
first_seen_at = "Sign-up, first visit or first order (of any status), whichever came first, in the warehouse's zone. NULL when none is known."
tenure_days = "Whole elapsed days from first_seen_at to the last order or visit of anybody in the data. NULL when first_seen_at is."
observed_days = "Whole elapsed days of the tenure that the data cover: those since the first order or visit of anybody, where the customer was seen before it. NULL when first_seen_at is."
estimated_clv = "Revenue expected of three years, undiscounted. clv_method says how: by the models of value.clv, for the next three years; or at the pace so far, average order value x orders a year x 3 years = revenue_net_of_refunds / years observed (at least 1) x 3, a year being 365.25 days: the textbook formula, for orientation, which ignores that customers leave. 0 without an order, NULL where a source told figures and no orders."
clv_method = "model, where a fit has been made and the customer has an order; else pace. martlet model fit clv makes the fit. Customers who ordered before the data begin count from their first order in the data."
*/
WITH data_range AS (
    SELECT
        least((SELECT min(ordered_at) FROM star.fact_order), (SELECT min(started_at) FROM star.fact_session)) AS first_at,
        coalesce(
            greatest((SELECT max(ordered_at) FROM star.fact_order), (SELECT max(started_at) FROM star.fact_session)),
            (SELECT CAST(max(snapshot_on) AS TIMESTAMP) FROM star.fact_customer_snapshot)
        ) AS last_at
),

orders AS (
    SELECT
        customer_key,
        min(ordered_at) AS first_placed_at,
        count(*) FILTER (WHERE status = 'cancelled') AS cancelled_orders,
        count(*) FILTER (WHERE status <> 'cancelled' AND NOT main.is_sale(status)) AS unsold_orders
    FROM star.fact_order
    WHERE status <> 'credit_note'
    GROUP BY customer_key
),

purchases AS (
    SELECT
        customer_key,
        count(*) FILTER (WHERE status <> 'credit_note') AS orders,
        min(ordered_at) FILTER (WHERE status <> 'credit_note') AS first_ordered_at,
        max(ordered_at) FILTER (WHERE status <> 'credit_note') AS last_ordered_at,
        sum(net_revenue) AS revenue,
        sum(net_revenue - refund_amount) AS net_of_refunds,
        CASE WHEN count(*) FILTER (WHERE margin IS NULL AND status <> 'credit_note') = 0 THEN sum(margin) END AS margin
    FROM star.fact_order
    WHERE main.is_sale(status) OR status = 'credit_note'
    GROUP BY customer_key
),

visits AS (
    SELECT
        coalesce(nullif(visit.customer_key, 0), visitor.customer_key) AS customer_key,
        count(*) AS sessions,
        min(visit.started_at) AS first_visited_at
    FROM star.fact_session AS visit
    LEFT JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
    GROUP BY 1
),

emails AS (
    SELECT
        customer_key,
        count(delivered_at) AS received,
        CASE WHEN count(first_opened_at) FILTER (WHERE NOT is_human_known) = 0 THEN count(first_human_opened_at) END AS opened
    FROM star.fact_email
    GROUP BY customer_key
),

reviews AS (
    SELECT customer_key, CAST(sum(rating) AS DOUBLE) / count(rating) AS rating
    FROM star.fact_review
    GROUP BY customer_key
),

answers AS (
    SELECT
        customer_key,
        max_by(nps, (answered_at, survey_id)) FILTER (WHERE nps IS NOT NULL) AS nps,
        bool_or(has_complained) AS has_complained
    FROM star.fact_survey
    GROUP BY customer_key
),

-- What a source told of customers rather than of orders, the latest of each.
told_figures AS (
    SELECT
        customer_key,
        max_by(recency_days, snapshot_on) AS recency_days,
        max_by(coalesce(purchases_web, 0) + coalesce(purchases_catalog, 0) + coalesce(purchases_store, 0), snapshot_on) AS purchases,
        max_by(spend, snapshot_on) AS spend,
        max_by(has_complained, snapshot_on) AS has_complained
    FROM mart.customer_snapshot
    WHERE NOT is_computed
    GROUP BY customer_key
),

category_spend AS (
    SELECT
        spend.customer_key,
        count(*) FILTER (WHERE spend.spend > 0) AS categories,
        min_by(spend.category, (-spend.spend, spend.category)) FILTER (WHERE spend.spend > 0) AS top_category
    FROM mart.customer_category_spend AS spend
    GROUP BY spend.customer_key
),

tenure AS (
    SELECT
        customer.customer_key,
        least(customer.signed_up_at, orders.first_placed_at, visits.first_visited_at) AS first_seen_at,
        main.elapsed_days(first_seen_at, data_range.last_at) AS days,
        main.elapsed_days(greatest(first_seen_at, data_range.first_at), data_range.last_at) AS observed_days
    FROM star.dim_customer AS customer
    CROSS JOIN data_range
    LEFT JOIN orders ON orders.customer_key = customer.customer_key
    LEFT JOIN visits ON visits.customer_key = customer.customer_key
)

SELECT
    customer.customer_key,
    customer.customer_id,
    customer.gender,
    customer.age_range,
    CAST(date_part('year', age(CAST(data_range.last_at AS DATE), customer.birth_date)) AS INTEGER) AS age_years,
    customer.education,
    customer.marital_status,
    CASE
        WHEN customer.kids_at_home > 0 AND customer.teens_at_home > 0 THEN 'both'
        WHEN customer.kids_at_home > 0 THEN 'children'
        WHEN customer.teens_at_home > 0 THEN 'teenagers'
        WHEN customer.kids_at_home = 0 AND customer.teens_at_home = 0 THEN 'none'
    END AS family,
    coalesce(customer.kids_at_home, 0) + coalesce(customer.teens_at_home, 0)
    + CASE WHEN coalesce(customer.kids_at_home, customer.teens_at_home) IS NULL THEN NULL ELSE 0 END AS children,
    customer.income,
    customer.income_range,
    customer.country,
    customer.region,
    customer.loyalty_tier,
    main.known(channel.channel) AS acquisition_channel,
    CAST(coalesce(told_figures.recency_days, floor(main.elapsed_days(purchases.last_ordered_at, data_range.last_at))) AS BIGINT) AS recency_days,
    CAST(coalesce(told_figures.purchases, purchases.orders, 0) AS BIGINT) AS frequency,
    main.money(coalesce(told_figures.spend, purchases.net_of_refunds, 0)) AS monetary,
    coalesce(category_spend.categories, 0) AS categories,
    category_spend.top_category,
    coalesce(purchases.orders, 0) AS orders,
    coalesce(orders.cancelled_orders, 0) AS cancelled_orders,
    coalesce(orders.unsold_orders, 0) AS unsold_orders,
    customer.ordered_before_data,
    coalesce(customer.first_ordered_on, CAST(purchases.first_ordered_at AS DATE)) AS first_ordered_on,
    purchases.first_ordered_at,
    purchases.last_ordered_at,
    main.money(coalesce(purchases.revenue, 0)) AS revenue,
    main.money(coalesce(purchases.net_of_refunds, 0)) AS revenue_net_of_refunds,
    main.money(CASE WHEN coalesce(purchases.orders, 0) = 0 THEN 0 ELSE purchases.margin END) AS margin,
    main.money(main.ratio(purchases.revenue, purchases.orders)) AS avg_order_value,
    coalesce(visits.sessions, 0) AS sessions,
    coalesce(emails.received, 0) AS emails_received,
    CASE WHEN emails.customer_key IS NULL THEN 0 ELSE emails.opened END AS emails_opened,
    main.ratio(emails.opened, emails.received) AS open_rate,
    reviews.rating,
    answers.nps,
    coalesce(told_figures.has_complained, answers.has_complained) AS has_complained,
    tenure.first_seen_at,
    CAST(floor(tenure.days) AS BIGINT) AS tenure_days,
    CAST(floor(tenure.observed_days) AS BIGINT) AS observed_days,
    main.money(
        coalesce(
            modelled.expected_revenue,
            main.ratio(purchases.net_of_refunds * 3, greatest(tenure.observed_days / 365.25, 1)),
            CASE WHEN told_figures.customer_key IS NULL THEN 0 END
        )
    ) AS estimated_clv,
    CASE WHEN modelled.expected_revenue IS NOT NULL THEN 'model' ELSE 'pace' END AS clv_method
FROM star.dim_customer AS customer
INNER JOIN tenure ON tenure.customer_key = customer.customer_key
LEFT JOIN orders ON orders.customer_key = customer.customer_key
LEFT JOIN purchases ON purchases.customer_key = customer.customer_key
LEFT JOIN visits ON visits.customer_key = customer.customer_key
LEFT JOIN emails ON emails.customer_key = customer.customer_key
LEFT JOIN reviews ON reviews.customer_key = customer.customer_key
LEFT JOIN answers ON answers.customer_key = customer.customer_key
LEFT JOIN told_figures ON told_figures.customer_key = customer.customer_key
LEFT JOIN category_spend ON category_spend.customer_key = customer.customer_key
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = customer.acquisition_channel_key
CROSS JOIN data_range
LEFT JOIN value.clv(horizon_days := 1095.75, discount_rate := 0, include_older := true) AS modelled ON modelled.customer_key = customer.customer_key
WHERE customer.customer_key <> 0
ORDER BY customer.customer_key
