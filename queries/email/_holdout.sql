{% from "email/_by.sql" import band_of, segments_of, type_of %}
{# What those mailed and those held out bought, mailing by mailing, for each row. Reads campaigns. #}
{% macro compared(by) %}
-- Orders of everybody assigned, sent to or held out, within the window after the assignment: those held out can't open,
-- so the comparison is among all.
assignments AS (
    SELECT
        mail.email_id,
        campaigns.mailing_key,
        {{ type_of(by) }} AS campaign_type,
        {{ band_of(by) }} AS band,
        mail.customer_key,
        mail.assigned_at,
        mail.is_holdout
    FROM star.fact_email AS mail
    INNER JOIN campaigns AS version ON version.campaign_key = mail.campaign_key
    INNER JOIN campaigns ON campaigns.campaign_key = version.mailing_key
    {{ segments_of(by) }}
    WHERE
        mail.customer_key <> 0
        AND ($start IS NULL OR mail.assigned_at >= $start)
        AND ($until IS NULL OR mail.assigned_at < $until)
        AND version.mailing_key IN (
            SELECT held_from.mailing_key
            FROM star.fact_email AS held
            INNER JOIN campaigns AS held_from ON held_from.campaign_key = held.campaign_key
            WHERE held.is_holdout
        )
),

buyers AS (
    SELECT assignments.email_id, count(*) AS orders, CAST(sum(placed.net_revenue) AS DECIMAL(19, 2)) AS revenue
    FROM assignments
    INNER JOIN star.fact_order AS placed
        ON placed.customer_key = assignments.customer_key
        AND main.is_sale(placed.status)
        AND placed.ordered_at >= assignments.assigned_at
        AND epoch_us(placed.ordered_at) - epoch_us(assignments.assigned_at) <= main.microseconds($email_hours / 24)
    GROUP BY assignments.email_id
),

-- One person held out, standing for all who were mailed, would tell next to nothing and drown the others.
arms AS (
    SELECT
        assignments.mailing_key,
        assignments.campaign_type,
        assignments.band,
        assignments.is_holdout,
        count(*) AS people,
        count(buyers.email_id) AS buyers,
        coalesce(sum(buyers.orders), 0) AS orders,
        coalesce(sum(buyers.orders * buyers.orders), 0) AS orders_squared,
        coalesce(sum(buyers.revenue), 0) AS revenue,
        coalesce(sum(buyers.revenue * buyers.revenue), 0) AS revenue_squared
    FROM assignments
    LEFT JOIN buyers ON buyers.email_id = assignments.email_id
    GROUP BY assignments.mailing_key, assignments.campaign_type, assignments.band, assignments.is_holdout
    HAVING count(*) > 1
),

-- Mailing by mailing, because each may hold out another share: the people held out weigh as those mailed do.
compared_campaigns AS (
    SELECT
        mailed.campaign_type,
        mailed.band,
        main.ratio(mailed.people, sum(mailed.people) OVER (PARTITION BY mailed.campaign_type, mailed.band)) AS weight,
        mailed.people AS mailed_people,
        mailed.buyers AS mailed_buyers,
        mailed.orders AS mailed_orders,
        mailed.revenue AS mailed_revenue,
        CAST(held.people AS DOUBLE) AS held_people,
        CAST(held.buyers AS DOUBLE) AS held_buyers,
        CAST(held.orders AS DOUBLE) AS held_orders,
        CAST(held.revenue AS DOUBLE) AS held_revenue,
        mailed.buyers + held.buyers AS buyers,
        mailed.orders + held.orders AS orders,
        mailed.orders_squared + held.orders_squared AS orders_squared,
        mailed.revenue + held.revenue AS revenue,
        mailed.revenue_squared + held.revenue_squared AS revenue_squared
    FROM arms AS mailed
    INNER JOIN arms AS held
        ON held.mailing_key = mailed.mailing_key AND held.campaign_type = mailed.campaign_type AND held.band = mailed.band
    WHERE NOT mailed.is_holdout AND held.is_holdout
),

-- held_size: how many held out in equal shares would tell as much.
compared_kinds AS (
    SELECT
        campaign_type,
        band,
        count(*) AS compared_mailings,
        CAST(sum(mailed_people) AS BIGINT) AS compared_recipients,
        CAST(sum(held_people) AS BIGINT) AS compared_held,
        CAST(sum(mailed_buyers) AS BIGINT) AS compared_buyers,
        CAST(sum(held_buyers) AS BIGINT) AS compared_held_buyers,
        CAST(sum(mailed_people) AS DOUBLE) AS mailed_people,
        main.ratio(sum(mailed_buyers), sum(mailed_people)) AS mailed_share,
        CAST(sum(main.fixed_point(weight * held_buyers / held_people)) AS DOUBLE) AS held_share,
        main.ratio(1, sum(main.fixed_point(weight * weight / held_people))) AS held_size,
        CAST(sum(mailed_orders) AS DOUBLE) AS mailed_orders,
        CAST(sum(main.fixed_point(weight * held_orders / held_people)) AS DOUBLE) AS held_orders_each,
        CAST(sum(mailed_revenue) AS DOUBLE) AS mailed_revenue,
        CAST(sum(main.fixed_point(weight * held_revenue / held_people)) AS DOUBLE) AS held_revenue_each,
        main.ratio(sum(orders), sum(buyers)) AS orders_mean,
        main.ratio(sum(orders_squared), sum(buyers)) AS orders_squared_mean,
        main.ratio(sum(revenue), sum(buyers)) AS revenue_mean,
        main.ratio(sum(revenue_squared), sum(buyers)) AS revenue_squared_mean
    FROM compared_campaigns
    GROUP BY campaign_type, band
)
{%- endmacro %}
