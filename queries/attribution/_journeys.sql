/*
[params]
start = { type = "timestamp", doc = "First moment of the orders, inclusive; days of spend that begin before it are left out. Default: all." }
until = { type = "timestamp", doc = "End of the orders and of the days of spend, exclusive. Default: all." }
lookback_days = { type = "float", min = 0, max = 3650, default = 30, doc = "Elapsed days before the order within which a touch counts, inclusive." }
lookback_steps = { type = "int", min = 0, max = 1000000, default = 0, doc = "Only the most recent touches of each path, this many, after path_transform; 0 is all." }
touch_types = { type = "list[choice]", of = ["impression", "click", "visit", "email_open", "email_click", "other"], default = ["click", "visit", "email_click"], doc = "The touches that count." }
exclude_channels = { type = "list[str]", default = [], doc = "Channels whose touches do not count, by name; their credit goes to the other touches." }
include_channels = { type = "list[str]", default = [], doc = "The only channels whose touches count, by name. Empty: all." }
conversions_per_customer = { type = "choice", of = ["all", "first"], default = "all", doc = "Every order, or only each customer's first in the range. Orders of unknown customers all stay." }
cycle = { type = "bool", default = false, doc = "Whether a touch belongs to the customer's next order only (that order may lie outside the range), rather than to every order within whose lookback it lies." }
path_grain = { type = "choice", of = ["touch", "session"], default = "touch", doc = "Whether each touch is a step of the path, or the touches of one session are one step, the first." }
include_null_paths = { type = "bool", default = true, doc = "Whether the paths of people who did not order in the range are known to the models that learn from them (markov, counterfactual, shapley by rate). The path of such a person is the lookback before the last touch in the range." }
*/
-- Orders of the range, each with the first moment at which a touch may lie.
orders AS (
    SELECT
        order_id,
        customer_key,
        ordered_at,
        net_revenue,
        is_first_order,
        lag(ordered_at) OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) AS previous_at
    FROM star.fact_order
),

conversions AS MATERIALIZED (
    SELECT
        order_id,
        customer_key,
        ordered_at,
        net_revenue,
        is_first_order,
        epoch_us(ordered_at) AS moment,
        CASE
            WHEN $cycle AND epoch_us(previous_at) >= epoch_us(ordered_at) - CAST(round($lookback_days * 86400000000) AS BIGINT)
                THEN epoch_us(previous_at) + 1
            ELSE epoch_us(ordered_at) - CAST(round($lookback_days * 86400000000) AS BIGINT)
        END AS first_moment
    FROM orders
    WHERE
        ($start IS NULL OR ordered_at >= $start)
        AND ($until IS NULL OR ordered_at < $until)
    QUALIFY
        $conversions_per_customer = 'all'
        OR customer_key = 0
        OR row_number() OVER (PARTITION BY customer_key ORDER BY ordered_at, order_id) = 1
),

-- What a step of a path is: a channel, or a campaign in its channel. Numbers sort as the names do.
known_nodes AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY label, channel_key, campaign_key) AS node, kinds.*
    FROM (
        SELECT
            channel.channel_key,
            campaign.campaign_key,
            channel.channel,
            campaign.campaign_id,
            channel.is_direct,
            channel.is_paid,
            CASE WHEN campaign.campaign_key = 0 THEN channel.channel ELSE channel.channel || ' / ' || campaign.campaign_id END AS label
        FROM star.dim_channel AS channel
        INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = 0 OR {{ dimension }} = 'campaign'
        CROSS JOIN (SELECT list(channel ORDER BY channel) AS names FROM star.dim_channel) AS every
        WHERE
            CASE
                WHEN list_has_all(every.names, list_concat($exclude_channels, $include_channels)) THEN true
                ELSE error('exclude_channels and include_channels must be names of channels: ' || array_to_string(every.names, ', '))
            END
    ) AS kinds
),

touches AS MATERIALIZED (
    SELECT
        touch.customer_key,
        touch.anonymous_id,
        touch.touchpoint_id,
        epoch_us(touch.touched_at) AS moment,
        touch.session_id,
        known_nodes.channel,
        known_nodes.node
    FROM mart.touch AS touch
    INNER JOIN known_nodes
        ON known_nodes.channel_key = touch.channel_key
        AND known_nodes.campaign_key = CASE WHEN {{ dimension }} = 'campaign' THEN touch.campaign_key ELSE 0 END
    WHERE
        list_contains($touch_types, CAST(touch.touch_type AS VARCHAR))
        AND NOT list_contains($exclude_channels, known_nodes.channel)
        AND (array_length($include_channels) = 0 OR list_contains($include_channels, known_nodes.channel))
),

converting AS (
    SELECT
        conversions.customer_key,
        CAST(NULL AS BIGINT) AS anonymous_id,
        conversions.order_id,
        conversions.moment - touches.moment AS age,
        touches.touchpoint_id,
        touches.moment,
        touches.session_id,
        touches.channel,
        touches.node
    FROM touches
    INNER JOIN conversions
        ON conversions.customer_key = touches.customer_key
        AND touches.moment <= conversions.moment
        AND touches.moment >= conversions.first_moment
    WHERE touches.customer_key <> 0
),

-- Those who did not order, with their last touch in the range.
silent AS (
    SELECT customer_key, anonymous_id, max(moment) AS last_moment, count(*) AS touches, min(node) AS node
    FROM touches
    WHERE
        $include_null_paths
        AND {{ null_paths_when }}
        AND ($until IS NULL OR moment < epoch_us(CAST($until AS TIMESTAMP)))
        AND (customer_key <> 0 OR anonymous_id IS NOT NULL)
        AND customer_key NOT IN (SELECT customer_key FROM conversions WHERE customer_key <> 0)
    GROUP BY customer_key, anonymous_id
    HAVING $start IS NULL OR max(moment) >= epoch_us(CAST($start AS TIMESTAMP))
),

-- Most of them came once. That is a path of one step, whatever is done to paths, but for the name that it gets.
alone AS (
    SELECT CASE WHEN list_contains($path_transform, 'frequency') THEN node + 1000000000 ELSE node END AS node
    FROM silent
    WHERE touches = 1
),

-- A journey is the touches before one order or, without an order_id, those of a person who did not order.
journey_touches AS (
    SELECT * FROM converting
    UNION ALL
    SELECT
        silent.customer_key,
        silent.anonymous_id,
        CAST(NULL AS BIGINT) AS order_id,
        CAST(NULL AS BIGINT) AS age,
        touches.touchpoint_id,
        touches.moment,
        touches.session_id,
        touches.channel,
        touches.node
    FROM silent
    INNER JOIN touches
        ON touches.customer_key = silent.customer_key
        AND touches.anonymous_id IS NOT DISTINCT FROM silent.anonymous_id
        AND touches.moment <= silent.last_moment
        AND touches.moment >= silent.last_moment - CAST(round($lookback_days * 86400000000) AS BIGINT)
    WHERE silent.touches > 1
),

{% include "attribution/_transforms.sql" %}
