-- How long customers stay, how content they are, and how that and who they are shows.
WITH bounds AS (SELECT max(ordered_at) AS ends FROM star.fact_order),

people AS (SELECT * FROM star.dim_customer WHERE customer_key <> 0),

orders AS (SELECT * FROM star.fact_order WHERE main.is_sale(status) AND customer_key <> 0),

months AS (SELECT unnest([1, 6, 12]) AS number),

cohorts AS (
    -- Buyers whose first order ever lies in the data, and the month of it.
    SELECT
        customer_key,
        date_trunc('month', first_ordered_on) AS month
    FROM people
    WHERE first_ordered_on IS NOT NULL AND NOT ordered_before_data
),

active AS (
    SELECT
        months.number,
        cast(count(DISTINCT orders.customer_key) AS DOUBLE) / count(DISTINCT cohorts.customer_key) AS share
    FROM months
    CROSS JOIN bounds
    INNER JOIN cohorts ON cohorts.month + to_months(months.number + 1) <= bounds.ends
    LEFT JOIN orders
        ON orders.customer_key = cohorts.customer_key
        AND date_trunc('month', orders.ordered_at) = cohorts.month + to_months(months.number)
    GROUP BY months.number
),

answers AS (
    SELECT
        survey.survey_id,
        any_value(survey.nps) AS nps,
        count(orders.order_id) > 0 AS comes_back
    FROM star.fact_survey AS survey
    CROSS JOIN bounds
    LEFT JOIN orders
        ON orders.customer_key = survey.customer_key
        AND orders.ordered_at > survey.answered_at
        AND orders.ordered_at <= survey.answered_at + INTERVAL 180 DAY
    WHERE survey.answered_at <= bounds.ends - INTERVAL 180 DAY
    GROUP BY survey.survey_id
),

contacts AS (
    SELECT
        contact.order_id,
        delivery.delivered_at > delivery.promised_at AS was_late
    FROM star.fact_support_contact AS contact
    LEFT JOIN star.fact_delivery AS delivery ON delivery.order_id = contact.order_id
),

visits AS (
    SELECT
        visit.is_converted,
        visit.revenue,
        channel.channel,
        device.device_type,
        people.age_range
    FROM star.fact_session AS visit
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = visit.channel_key
    INNER JOIN star.dim_device AS device ON device.device_key = visit.device_key
    LEFT JOIN people ON people.customer_key = visit.customer_key
),

ages AS (
    SELECT
        channel,
        age_range IN ('18-24', '25-34') AS is_young,
        avg(CAST(is_converted AS INTEGER)) AS conversion
    FROM visits
    WHERE age_range IN ('18-24', '25-34', '55-64', '65+')
    GROUP BY ALL
),

opens AS (
    SELECT
        people.loyalty_tier,
        avg(CAST(mail.first_human_opened_at IS NOT NULL AS INTEGER)) AS rate
    FROM star.fact_email AS mail
    INNER JOIN people ON people.customer_key = mail.customer_key
    WHERE mail.delivered_at IS NOT NULL
    GROUP BY people.loyalty_tier
),

bands AS (
    SELECT
        people.income_range,
        count(orders.order_id) / count(DISTINCT people.customer_key) AS orders
    FROM people
    LEFT JOIN orders ON orders.customer_key = people.customer_key
    WHERE people.income_range IS NOT NULL
    GROUP BY people.income_range
)

SELECT
    NULL AS by_type,
    (SELECT share FROM active WHERE number = 1) AS back_in_first_month,
    (SELECT max(share) FILTER (WHERE number = 6) / max(share) FILTER (WHERE number = 1) FROM active) AS sixth_month_against_first,
    (SELECT max(share) FILTER (WHERE number = 12) / max(share) FILTER (WHERE number = 1) FROM active) AS twelfth_month_against_first,
    (
        SELECT
            avg(CAST(comes_back AS INTEGER)) FILTER (WHERE nps >= 9)
            / nullif(avg(CAST(comes_back AS INTEGER)) FILTER (WHERE nps <= 6), 0)
        FROM answers
    ) AS promoters_back_against_detractors,
    (SELECT count(*) FROM contacts) / (SELECT count(*) FROM star.fact_order) AS contacts_per_order,
    (SELECT count(*) FILTER (WHERE was_late) / nullif(count(was_late), 0) FROM contacts) AS late_share_of_contacts,
    (
        SELECT max(ages.conversion) FILTER (WHERE is_young) / (
            SELECT avg(CAST(is_converted AS INTEGER)) FROM visits WHERE channel = 'Paid Social' AND age_range IS NOT NULL
        )
        FROM ages WHERE channel = 'Paid Social'
    ) AS paid_social_conversion_of_young_to_all,
    (
        SELECT max(ages.conversion) FILTER (WHERE NOT is_young) / (
            SELECT avg(CAST(is_converted AS INTEGER)) FROM visits WHERE channel = 'Email' AND age_range IS NOT NULL
        )
        FROM ages WHERE channel = 'Email'
    ) AS email_conversion_of_old_to_all,
    (
        SELECT max(rate) FILTER (WHERE loyalty_tier = 'Gold') / max(rate) FILTER (WHERE loyalty_tier = 'Bronze') FROM opens
    ) AS opens_of_gold_to_bronze,
    (SELECT arg_max(orders, income_range) / arg_min(orders, income_range) FROM bands) AS orders_of_highest_to_lowest_income,
    (
        SELECT
            cast(avg(revenue) FILTER (WHERE is_converted AND device_type = 'mobile') AS DOUBLE)
            / cast(avg(revenue) FILTER (WHERE is_converted AND device_type = 'desktop') AS DOUBLE)
        FROM visits
    ) AS order_value_on_phones_to_desktops
