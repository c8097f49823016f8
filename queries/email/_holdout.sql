-- Orders of everybody assigned, sent to or held out, within the window after the assignment: those held out can't open,
-- so the comparison is among all. Campaign by campaign, because each may hold out another share.
assigned AS (
    SELECT email_id, campaign_key, customer_key, assigned_at, is_holdout
    FROM star.fact_email
    WHERE
        customer_key <> 0
        AND ($start IS NULL OR assigned_at >= $start)
        AND ($until IS NULL OR assigned_at < $until)
        AND campaign_key IN (SELECT campaign_key FROM star.fact_email WHERE is_holdout)
),

followed AS (
    SELECT assigned.email_id, count(*) AS orders, CAST(sum(placed.net_revenue) AS DECIMAL(19, 2)) AS revenue
    FROM assigned
    INNER JOIN star.fact_order AS placed
        ON placed.customer_key = assigned.customer_key
        AND placed.ordered_at >= assigned.assigned_at
        AND epoch_us(placed.ordered_at) - epoch_us(assigned.assigned_at)
        <= CAST(round($email_hours * 3600000000) AS BIGINT)
    GROUP BY assigned.email_id
),

-- Sums of whole numbers and of decimals are exact, so that what is made of them is the same on every run.
arms AS (
    SELECT
        assigned.campaign_key,
        assigned.is_holdout,
        CAST(count(*) AS DOUBLE) AS people,
        CAST(coalesce(sum(followed.orders), 0) AS DOUBLE) AS orders,
        CAST(coalesce(sum(followed.orders * followed.orders), 0) AS DOUBLE) AS orders_squared,
        CAST(coalesce(sum(followed.revenue), 0) AS DOUBLE) AS revenue,
        CAST(coalesce(sum(followed.revenue * followed.revenue), 0) AS DOUBLE) AS revenue_squared
    FROM assigned
    LEFT JOIN followed ON followed.email_id = assigned.email_id
    GROUP BY assigned.campaign_key, assigned.is_holdout
),

-- A variance needs two people: smaller arms are not compared.
means AS (
    SELECT
        campaign_key,
        is_holdout,
        people,
        orders / people AS orders_mean,
        greatest(orders_squared - orders * orders / people, 0) / (people - 1) / people AS orders_error,
        revenue / people AS revenue_mean,
        greatest(revenue_squared - revenue * revenue / people, 0) / (people - 1) / people AS revenue_error
    FROM arms
    WHERE people > 1
),

effects AS (
    SELECT
        mailed.campaign_key,
        CAST(mailed.people AS BIGINT) AS compared,
        mailed.people * (mailed.orders_mean - held.orders_mean) AS orders_gained,
        mailed.people * mailed.people * (mailed.orders_error + held.orders_error) AS orders_variance,
        mailed.people * (mailed.revenue_mean - held.revenue_mean) AS revenue_gained,
        mailed.people * mailed.people * (mailed.revenue_error + held.revenue_error) AS revenue_variance
    FROM means AS mailed
    INNER JOIN means AS held ON held.campaign_key = mailed.campaign_key
    WHERE NOT mailed.is_holdout AND held.is_holdout
)
