/*
[params]
metric = { type = "choice", of = ["primary", "conversion", "orders", "units", "revenue", "visit", "visits", "add_to_cart", "checkout", "bounce", "opens", "clicks"], default = "primary", doc = "What is measured of each person. primary: the experiment's own primary metric; where it has none conversion, or revenue where a source told only values. conversion, visit, add_to_cart, checkout: whether they placed an order that is a sale, came to the site, filled a cart, began the checkout. orders, units, revenue, visits: how many, how much; revenue is net, before refunds, or the value that a source told. bounce: visits that end with their first page. opens, clicks: mails that they, not machines, opened or clicked." }
window_hours = { type = "float", min = 0, max = 87600, default = 72, doc = "Elapsed hours after a person's first exposure within which what they do counts, inclusive, and never after the experiment's last day. 0: until its last day. What a source told counts always." }
campaign_type = { type = "str", doc = "For opens and clicks: only mails of campaigns of this type. Default: all mails." }
cap = { type = "float", min = 0.5, max = 1, default = 1, doc = "Winsorising: values above that of this share of an experiment's people count as that one, so that a few great buyers decide less. 1: as they are." }
*/
{# One row for each person of one arm: the metric's value, in whole millionths, so that sums and sums of squares are exact, and that of the
   days before the first exposure, NULL where `before_days` is 0. `campaign_type` is SQL, of the type whose mails count. #}
{% macro measured(before_days="0", campaign_type="$campaign_type") %}
one_arm AS (
    SELECT
        assigned.experiment_key,
        assigned.variant_key,
        assigned.person,
        assigned.exposed_at,
        coalesce(
            nullif($metric, 'primary'),
            CASE
                WHEN experiment.primary_metric IN ('orders', 'units', 'revenue', 'visit', 'visits', 'add_to_cart', 'checkout', 'bounce', 'opens', 'clicks')
                    THEN experiment.primary_metric
                WHEN value_only.experiment_key IS NOT NULL THEN 'revenue'
                ELSE 'conversion'
            END
        ) AS metric_name,
        CAST(experiment.ends_on + INTERVAL 1 DAY AS TIMESTAMP) AS ends_at,
        {{ campaign_type }} AS campaign_type
    FROM assigned
    INNER JOIN star.dim_experiment AS experiment ON experiment.experiment_key = assigned.experiment_key
    LEFT JOIN (
        SELECT experiment_key
        FROM star.fact_experiment_outcome
        GROUP BY experiment_key
        HAVING count(has_converted) = 0 AND count(value) > 0
    ) AS value_only ON value_only.experiment_key = assigned.experiment_key
    WHERE NOT assigned.is_in_several
),

acts AS (
    SELECT
        CASE WHEN visit.customer_key <> 0 THEN visit.customer_key ELSE -visit.visitor_id END AS person,
        visit.started_at AS at,
        1 AS visits,
        CASE WHEN visit.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase') THEN 1 ELSE 0 END AS carts,
        CASE WHEN visit.furthest_stage IN ('Checkout', 'Purchase') THEN 1 ELSE 0 END AS checkouts,
        CASE WHEN visit.is_bounce THEN 1 ELSE 0 END AS bounces,
        0 AS orders,
        0 AS units,
        CAST(0 AS BIGINT) AS revenue,
        0 AS opens,
        0 AS clicks,
        CAST(NULL AS VARCHAR) AS campaign_type
    FROM star.fact_session AS visit
    WHERE $metric NOT IN ('conversion', 'orders', 'units', 'revenue', 'opens', 'clicks')
    UNION ALL
    SELECT
        CASE WHEN placed.customer_key <> 0 THEN placed.customer_key ELSE -visit.visitor_id END,
        placed.ordered_at,
        0,
        0,
        0,
        0,
        1,
        coalesce(line.units, 0),
        CAST(placed.net_revenue * 1000000 AS BIGINT),
        0,
        0,
        NULL
    FROM star.fact_order AS placed
    LEFT JOIN star.fact_session AS visit ON visit.session_id = placed.session_id AND placed.customer_key = 0
    LEFT JOIN (
        SELECT order_id, CAST(sum(quantity) AS INTEGER) AS units
        FROM star.fact_order_line
        WHERE $metric IN ('units', 'primary')
        GROUP BY order_id
    ) AS line ON line.order_id = placed.order_id
    WHERE main.is_sale(placed.status) AND $metric IN ('conversion', 'orders', 'units', 'revenue', 'primary')
    UNION ALL
    SELECT
        mail.customer_key,
        mail.sent_at,
        0,
        0,
        0,
        0,
        0,
        0,
        CAST(0 AS BIGINT),
        CASE WHEN mail.is_human_known THEN CASE WHEN mail.first_human_opened_at IS NULL THEN 0 ELSE 1 END WHEN mail.first_opened_at IS NULL THEN 0 ELSE 1 END,
        CASE WHEN mail.is_human_known THEN CASE WHEN mail.first_human_clicked_at IS NULL THEN 0 ELSE 1 END WHEN mail.first_clicked_at IS NULL THEN 0 ELSE 1 END,
        campaign.campaign_type
    FROM star.fact_email AS mail
    INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = mail.campaign_key
    WHERE
        $metric IN ('opens', 'clicks', 'primary')
        AND mail.sent_at IS NOT NULL
),

-- What a person did, before the first exposure and from it on.
done AS (
    SELECT
        one_arm.experiment_key,
        one_arm.person,
        acts.at >= one_arm.exposed_at AS is_after,
        sum(acts.visits) AS visits,
        max(acts.carts) AS carts,
        max(acts.checkouts) AS checkouts,
        sum(acts.bounces) AS bounces,
        sum(acts.orders) AS orders,
        sum(acts.units) AS units,
        sum(acts.revenue) AS revenue,
        sum(acts.opens) AS opens,
        sum(acts.clicks) AS clicks
    FROM one_arm
    INNER JOIN acts ON acts.person = one_arm.person AND (acts.campaign_type = one_arm.campaign_type OR acts.campaign_type IS NULL OR one_arm.campaign_type IS NULL)
    WHERE
        (
            acts.at >= one_arm.exposed_at
            AND ($window_hours = 0 OR epoch_us(acts.at) - epoch_us(one_arm.exposed_at) <= main.microseconds($window_hours / 24))
            AND (one_arm.ends_at IS NULL OR acts.at < one_arm.ends_at)
        )
        OR (acts.at < one_arm.exposed_at AND epoch_us(one_arm.exposed_at) - epoch_us(acts.at) <= main.microseconds({{ before_days }}))
    GROUP BY one_arm.experiment_key, one_arm.person, acts.at >= one_arm.exposed_at
),

-- What a source told stands for what the facts would say. The same row twice tells it once.
told_once AS (
    SELECT DISTINCT
        experiment_key,
        CASE WHEN customer_key <> 0 THEN customer_key ELSE -visitor_id END AS person,
        observed_at,
        has_visited,
        has_converted,
        value,
        value_before
    FROM star.fact_experiment_outcome
),

told AS (
    SELECT
        experiment_key,
        person,
        bool_or(has_visited) AS has_visited,
        bool_or(has_converted) AS has_converted,
        CAST(sum(value) * 1000000 AS BIGINT) AS value,
        CAST(max(value_before) * 1000000 AS BIGINT) AS value_before
    FROM told_once
    GROUP BY experiment_key, person
),

known_facts AS (
    SELECT
        EXISTS (SELECT 1 FROM star.fact_order) AS has_orders,
        EXISTS (SELECT 1 FROM star.fact_session) AS has_visits,
        EXISTS (SELECT 1 FROM star.fact_email) AS has_mails
),

by_side AS (
    SELECT
        experiment_key,
        person,
        {% for side, is_after in (("after", "is_after"), ("before", "NOT is_after")) %}
        sum(visits) FILTER (WHERE {{ is_after }}) AS visits_{{ side }},
        max(carts) FILTER (WHERE {{ is_after }}) AS carts_{{ side }},
        max(checkouts) FILTER (WHERE {{ is_after }}) AS checkouts_{{ side }},
        sum(bounces) FILTER (WHERE {{ is_after }}) AS bounces_{{ side }},
        sum(orders) FILTER (WHERE {{ is_after }}) AS orders_{{ side }},
        sum(units) FILTER (WHERE {{ is_after }}) AS units_{{ side }},
        sum(revenue) FILTER (WHERE {{ is_after }}) AS revenue_{{ side }},
        sum(opens) FILTER (WHERE {{ is_after }}) AS opens_{{ side }},
        sum(clicks) FILTER (WHERE {{ is_after }}) AS clicks_{{ side }}{{ "," if side == "after" else "" }}
        {% endfor %}
    FROM done
    GROUP BY experiment_key, person
),

values_of_people AS (
    SELECT
        one_arm.*,
        CAST(
            CASE one_arm.metric_name
                WHEN 'revenue' THEN coalesce(told.value, CASE WHEN known_facts.has_orders THEN coalesce(by_side.revenue_after, 0) END)
                ELSE 1000000 * CASE one_arm.metric_name
                    WHEN 'conversion'
                        THEN coalesce(
                            CASE WHEN told.has_converted THEN 1 WHEN told.has_converted IS NOT NULL THEN 0 END,
                            CASE WHEN known_facts.has_orders THEN CASE WHEN by_side.orders_after > 0 THEN 1 ELSE 0 END END
                        )
                    WHEN 'visit'
                        THEN coalesce(
                            CASE WHEN told.has_visited THEN 1 WHEN told.has_visited IS NOT NULL THEN 0 END,
                            CASE WHEN known_facts.has_visits THEN CASE WHEN by_side.visits_after > 0 THEN 1 ELSE 0 END END
                        )
                    WHEN 'orders' THEN CASE WHEN known_facts.has_orders THEN coalesce(by_side.orders_after, 0) END
                    WHEN 'units' THEN CASE WHEN known_facts.has_orders THEN coalesce(by_side.units_after, 0) END
                    WHEN 'visits' THEN CASE WHEN known_facts.has_visits THEN coalesce(by_side.visits_after, 0) END
                    WHEN 'add_to_cart' THEN CASE WHEN known_facts.has_visits THEN coalesce(by_side.carts_after, 0) END
                    WHEN 'checkout' THEN CASE WHEN known_facts.has_visits THEN coalesce(by_side.checkouts_after, 0) END
                    WHEN 'bounce' THEN CASE WHEN known_facts.has_visits THEN coalesce(by_side.bounces_after, 0) END
                    WHEN 'opens' THEN CASE WHEN known_facts.has_mails THEN coalesce(by_side.opens_after, 0) END
                    WHEN 'clicks' THEN CASE WHEN known_facts.has_mails THEN coalesce(by_side.clicks_after, 0) END
                END
            END AS BIGINT
        ) AS raw_value,
        CAST(
            coalesce(
                told.value_before,
                CASE
                    WHEN told.person IS NOT NULL OR main.microseconds({{ before_days }}) = 0 THEN NULL
                    WHEN one_arm.metric_name = 'revenue' THEN coalesce(by_side.revenue_before, 0)
                    ELSE 1000000 * CASE one_arm.metric_name
                        WHEN 'conversion' THEN CASE WHEN by_side.orders_before > 0 THEN 1 ELSE 0 END
                        WHEN 'visit' THEN CASE WHEN by_side.visits_before > 0 THEN 1 ELSE 0 END
                        WHEN 'orders' THEN coalesce(by_side.orders_before, 0)
                        WHEN 'units' THEN coalesce(by_side.units_before, 0)
                        WHEN 'visits' THEN coalesce(by_side.visits_before, 0)
                        WHEN 'add_to_cart' THEN coalesce(by_side.carts_before, 0)
                        WHEN 'checkout' THEN coalesce(by_side.checkouts_before, 0)
                        WHEN 'bounce' THEN coalesce(by_side.bounces_before, 0)
                        WHEN 'opens' THEN coalesce(by_side.opens_before, 0)
                        WHEN 'clicks' THEN coalesce(by_side.clicks_before, 0)
                    END
                END
            ) AS BIGINT
        ) AS value_before
    FROM one_arm
    CROSS JOIN known_facts
    LEFT JOIN by_side ON by_side.experiment_key = one_arm.experiment_key AND by_side.person = one_arm.person
    LEFT JOIN told ON told.experiment_key = one_arm.experiment_key AND told.person = one_arm.person
),

ranked_values AS (
    SELECT
        values_of_people.*,
        CASE
            WHEN $cap < 1 THEN row_number() OVER (PARTITION BY experiment_key ORDER BY raw_value) <= ceil($cap * count(*) OVER (PARTITION BY experiment_key))
            ELSE true
        END AS is_within_cap
    FROM values_of_people
    WHERE raw_value IS NOT NULL
),

measured AS (
    SELECT
        experiment_key,
        variant_key,
        person,
        exposed_at,
        metric_name,
        CASE WHEN $cap < 1 THEN least(raw_value, max(CASE WHEN is_within_cap THEN raw_value END) OVER (PARTITION BY experiment_key)) ELSE raw_value END
            AS value,
        value_before
    FROM ranked_values
)
{%- endmacro %}
