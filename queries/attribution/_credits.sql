-- The share of each conversion that each of its touches is credited with.
conversions AS (
    SELECT order_id, customer_key, ordered_at, net_revenue
    FROM star.fact_order
    WHERE
        ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
    QUALIFY
        $conversions_per_customer = 'all'
        OR customer_key = 0
        OR row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) = 1
),

eligible AS (
    SELECT
        touch.order_id,
        touch.touchpoint_id,
        touch.touched_at,
        touch.age_days,
        channel.channel
    FROM mart.order_touch AS touch
    INNER JOIN conversions ON conversions.order_id = touch.order_id
    INNER JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key
    WHERE
        touch.age_days <= $lookback_days
        AND list_contains($touch_types, CAST(touch.touch_type AS VARCHAR))
        AND NOT list_contains($exclude_channels, channel.channel)
        AND (array_length($include_channels) = 0 OR list_contains($include_channels, channel.channel))
    QUALIFY
        $lookback_steps = 0
        OR row_number() OVER (PARTITION BY touch.order_id ORDER BY touch.touched_at DESC, touch.touchpoint_id DESC)
        <= $lookback_steps
),

paths AS (
    SELECT
        order_id,
        touchpoint_id,
        channel,
        age_days - min(age_days) OVER (PARTITION BY order_id) AS days_before_last,
        row_number() OVER (PARTITION BY order_id ORDER BY touched_at, touchpoint_id) AS place,
        count(*) OVER (PARTITION BY order_id) AS path_length
    FROM eligible
),

weights AS (
    SELECT
        order_id,
        touchpoint_id,
        channel,
        place,
        CASE
            WHEN path_length = 1 OR $model = 'linear' THEN 1
            WHEN $model = 'first' THEN CASE WHEN place = 1 THEN 1 ELSE 0 END
            WHEN $model = 'last' THEN CASE WHEN place = path_length THEN 1 ELSE 0 END
            WHEN $model = 'time_decay' THEN power(2, -days_before_last / $half_life_days)
            WHEN $first_weight + $last_weight > 1.000001
                THEN error('first_weight and last_weight must not exceed 1 together')
            WHEN path_length = 2 AND $first_weight + $last_weight = 0 THEN 1
            WHEN place = 1 THEN $first_weight
            WHEN place = path_length THEN $last_weight
            ELSE greatest(1 - $first_weight - $last_weight, 0) / (path_length - 2)
        END AS weight
    FROM paths
),

-- Fixed-point shares sum exactly in any order, so that no result depends on the number of threads.
credits AS (
    SELECT
        order_id,
        touchpoint_id,
        channel,
        CAST(
            weight / sum(weight) OVER (
                PARTITION BY order_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS DECIMAL(18, 15)
        ) AS credit
    FROM weights
)
