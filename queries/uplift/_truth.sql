{# What a mail really did to each test row, as planted: true_rows, the rows of tested with true_uplift. Reads chosen and tested. Only of a trial of mails.
   A mail that is opened causes truth.channel_effect.base_orders_per_touch orders times the factors on orders of truth.effect_modifier; it is opened with a chance in proportion to the factors on opens and
   the person's open_factor. The level of that chance by kind of mail is not planted as one number: it is taken from the opens by people that were seen. Nothing is caused of who had left. #}
{% macro true_rows() %}
email_effects AS (
    SELECT effect.channel_key, effect.base_orders_per_touch, effect.mean_lag_days
    FROM truth.channel_effect AS effect
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = effect.channel_key
    WHERE channel.channel = 'Email'
),

-- Ages as "25-34" or "65+".
factors AS (
    SELECT
        modifier.*,
        CASE WHEN modifier.segment = 'age range' THEN CAST(nullif(regexp_extract(modifier.value, '^([0-9]+)', 1), '') AS INTEGER) END AS least_age,
        CASE WHEN modifier.segment = 'age range' THEN coalesce(CAST(nullif(regexp_extract(modifier.value, '-([0-9]+)$', 1), '') AS INTEGER), 999) END AS most_age,
        CASE WHEN modifier.segment = 'recent mails' THEN CAST(nullif(regexp_extract(modifier.value, 'since / ([0-9.]+)', 1), '') AS DOUBLE) END AS memory_days
    FROM truth.effect_modifier AS modifier
    INNER JOIN email_effects ON email_effects.channel_key = modifier.channel_key
),

-- The mails by themselves first: joined to people in one step, old versions of DuckDB begin with people times people.
mails AS MATERIALIZED (
    SELECT
        tested.assignment,
        tested.customer_key,
        tested.is_treated,
        mail.assigned_at,
        mail.delivered_at IS NOT NULL AS is_delivered,
        mail.first_human_opened_at IS NOT NULL AS is_opened,
        mail.campaign_key
    FROM tested
    INNER JOIN star.fact_email AS mail ON mail.email_id = tested.assignment
    WHERE (SELECT max(chosen.trial) FROM chosen) = 'mails'
),

mail_rows AS MATERIALIZED (
    SELECT
        mails.assignment,
        mails.customer_key,
        mails.assigned_at,
        mails.is_treated,
        mails.is_delivered,
        mails.is_opened,
        campaign.campaign_type,
        hour(mails.assigned_at) AS hour_of_day,
        CAST(date_part('year', age(CAST(customer.signed_up_at AS DATE), customer.birth_date)) AS INTEGER) AS age_at_sign_up,
        CASE WHEN coalesce(customer.kids_at_home, 0) + coalesce(customer.teens_at_home, 0) > 0 THEN 'children at home' ELSE 'none' END AS children,
        CAST(strftime(date_trunc('week', mails.assigned_at), '%Y%m%d') AS INTEGER) AS week_key,
        customer.country,
        customer.region,
        planted.open_factor,
        coalesce(planted.churned_at > mails.assigned_at, true) AS is_there
    FROM mails
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = mails.campaign_key
    INNER JOIN star.dim_customer AS customer ON customer.customer_key = mails.customer_key
    INNER JOIN truth.customer AS planted ON planted.customer_key = mails.customer_key
),

-- Mails that the person had had before, a mail counting exp(-days since / memory): those of long ago count nothing to speak of.
memories AS (
    SELECT max(memory_days) AS memory_days
    FROM factors
),

recent AS (
    SELECT mail_rows.assignment, sum(main.fixed_point(exp(-main.elapsed_days(earlier.sent_at, mail_rows.assigned_at) / memories.memory_days))) AS mails
    FROM mail_rows
    CROSS JOIN memories
    INNER JOIN star.fact_email AS earlier
        ON earlier.customer_key = mail_rows.customer_key
        AND earlier.sent_at < mail_rows.assigned_at
        AND earlier.sent_at >= mail_rows.assigned_at - to_days(CAST(ceil(10 * memories.memory_days) AS INTEGER))
    GROUP BY mail_rows.assignment
),

row_factors AS (
    SELECT
        mail_rows.assignment,
        factors.acts_on,
        sum(main.fixed_point(ln(factors.factor) * CASE WHEN factors.segment = 'recent mails' THEN coalesce(CAST(recent.mails AS DOUBLE), 0) ELSE 1e0 END)) AS log_factor
    FROM mail_rows
    LEFT JOIN recent ON recent.assignment = mail_rows.assignment
    INNER JOIN factors
        ON (factors.campaign_type = '' OR factors.campaign_type = mail_rows.campaign_type)
        AND CASE factors.segment
            WHEN 'age range' THEN mail_rows.age_at_sign_up >= factors.least_age AND mail_rows.age_at_sign_up <= factors.most_age
            WHEN 'children' THEN factors.value = mail_rows.children
            WHEN 'hour of sending' THEN CAST(factors.value AS INTEGER) = mail_rows.hour_of_day
            WHEN 'type of mail' THEN factors.value = mail_rows.campaign_type
            ELSE factors.segment = 'recent mails'
        END
    GROUP BY mail_rows.assignment, factors.acts_on
),

row_chances AS MATERIALIZED (
    SELECT
        mail_rows.*,
        mail_rows.open_factor * exp(coalesce(CAST(opens.log_factor AS DOUBLE), 0)) AS open_chance,
        exp(coalesce(CAST(orders.log_factor AS DOUBLE), 0)) AS order_factor
    FROM mail_rows
    LEFT JOIN row_factors AS opens ON opens.assignment = mail_rows.assignment AND opens.acts_on = 'opens'
    LEFT JOIN row_factors AS orders ON orders.assignment = mail_rows.assignment AND orders.acts_on = 'orders'
),

-- What the week does to orders caused by contacts, such as rain, where the person lives.
week_factors AS (
    SELECT
        weeks.date_key,
        weeks.country,
        weeks.region,
        exp(sum(main.fixed_point(external.coefficient * (CASE external.factor WHEN 'rainy_days' THEN weeks.rainy_days END - external.usual)))) AS factor
    FROM star.fact_external_week AS weeks
    INNER JOIN truth.external_effect AS external ON external.acts_on = 'orders caused by contacts'
    GROUP BY weeks.date_key, weeks.country, weeks.region
),

levels AS (
    SELECT
        campaign_type,
        main.ratio(
            count(*) FILTER (WHERE is_opened), sum(main.fixed_point(open_chance)) FILTER (WHERE is_delivered)
        ) * main.ratio(count(*) FILTER (WHERE is_delivered), count(*) FILTER (WHERE is_treated)) AS level
    FROM row_chances
    WHERE is_there
    GROUP BY campaign_type
),

true_rows AS (
    SELECT
        tested.*,
        CASE
            WHEN NOT row_chances.is_there THEN 0e0
            ELSE row_chances.open_chance * levels.level * row_chances.order_factor * coalesce(week_factors.factor, 1) * email_effects.base_orders_per_touch
                * (1 - exp(-chosen.horizon_days / email_effects.mean_lag_days))
        END AS true_uplift
    FROM tested
    INNER JOIN row_chances ON row_chances.assignment = tested.assignment
    LEFT JOIN levels ON levels.campaign_type = row_chances.campaign_type
    LEFT JOIN week_factors
        ON week_factors.date_key = row_chances.week_key
        AND week_factors.country = row_chances.country
        AND week_factors.region = row_chances.region
    CROSS JOIN email_effects
    CROSS JOIN chosen
)
{%- endmacro %}
