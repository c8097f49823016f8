/*
doc   = "A customer, with who they are, what they bought and the segment they fall into. Practice view: everything in one place, in plain words."
grain = ["customer_id"]

[columns]
customer_id = "Identifier of the customer."
first_name = "Given name. NULL when not known."
last_name = "Family name. NULL when not known."
email = "Email address. NULL when not known."
gender = "Gender, as the customer gave it. NULL when not given."
birth_date = "Day of birth. NULL when not known."
age_range = "Band of the age in years. NULL when not known."
education = "Highest education. NULL when not known."
marital_status = "Marital status. NULL when not known."
kids_at_home = "Children younger than teenagers in the household. NULL when not known."
teens_at_home = "Teenagers in the household. NULL when not known."
income = "Yearly income of the household. NULL when not known."
income_range = "Band of the yearly income of the household, such as 025-050k: as texts the bands sort by income. NULL when not known."
country = "Country of the home address. NULL when not known."
region = "State, province or region of the home address. NULL when not known."
city = "City of the home address. NULL when not known."
loyalty_tier = "Level in the loyalty programme. NULL when not a member."
signup_date = "Day on which the account was opened. NULL when not known."
acquisition_channel = "Channel of the visit that led to the sign-up. NULL when not known."
email_opt_in = "Whether the customer agrees to marketing by email. NULL when not known."
customer_segment = "RFM segment by segmentation.rfm with its defaults, where there is a sale; else 'Only cancelled orders', 'Only orders that are no sales' (not paid, for example), or 'No orders in the data': the customer may have ordered before the data begin."
total_orders = "Number of orders within the data that are sales, as customer_segment counts them."
total_spent = "Net revenue of these orders, before refunds."
avg_order_value = "total_spent / total_orders. NULL without an order within the data."
ordered_before_data = "Whether the customer had bought before the data begin: then orders does not hold their first order, and they are no new customer of any of its months. NULL when not known; then first_order_date is the first within the data."
first_order_date = "Day of the customer's first order ever that is a sale, also where it lies before the data begin; for cohorts. NULL without one."
last_order_date = "Day of the last of the orders within the data that are sales. NULL without one."
estimated_clv = "Revenue expected of three years. clv_method says how it was worked out; mart.customer_profile has both formulas. 0 without an order within the data."
clv_method = "model: expected of the next three years by value.clv, which knows that customers leave; pace: as in the past, where no model is fitted."
website_visits = "Number of visits to the site within the data."
emails_received = "Number of emails delivered within the data."
emails_opened = "Number of emails opened by the customer; opens by machines do not count. NULL where the source of the emails cannot tell."
*/
SELECT
    customer.customer_id,
    customer.first_name,
    customer.last_name,
    customer.email,
    customer.gender,
    customer.birth_date,
    customer.age_range,
    customer.education,
    customer.marital_status,
    customer.kids_at_home,
    customer.teens_at_home,
    customer.income,
    customer.income_range,
    customer.country,
    customer.region,
    customer.city,
    customer.loyalty_tier,
    CAST(customer.signed_up_at AS DATE) AS signup_date,
    main.known(channel.channel) AS acquisition_channel,
    customer.is_email_opted_in AS email_opt_in,
    coalesce(
        rfm.segment,
        CASE
            WHEN profile.unsold_orders > 0 THEN 'Only orders that are no sales'
            WHEN profile.cancelled_orders > 0 THEN 'Only cancelled orders'
            ELSE 'No orders in the data'
        END
    ) AS customer_segment,
    profile.orders AS total_orders,
    profile.revenue AS total_spent,
    profile.avg_order_value,
    profile.ordered_before_data,
    profile.first_ordered_on AS first_order_date,
    CAST(profile.last_ordered_at AS DATE) AS last_order_date,
    profile.estimated_clv,
    profile.clv_method,
    profile.sessions AS website_visits,
    profile.emails_received,
    profile.emails_opened
FROM star.dim_customer AS customer
INNER JOIN mart.customer_profile AS profile ON profile.customer_key = customer.customer_key
LEFT JOIN star.dim_channel AS channel ON channel.channel_key = customer.acquisition_channel_key
LEFT JOIN segmentation.rfm AS rfm ON rfm.customer_key = customer.customer_key
