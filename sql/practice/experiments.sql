/*
doc   = "A person in an experiment: the arm that they saw, and what they did from then to its last day. Compare the arms of one experiment by the mean of an outcome. A person is a customer, or a browser where it is not known whose it is; leave those out who saw several arms. Practice view: everything in one place, in plain words."
grain = ["exposure_id"]

[columns]
exposure_id = "Number of the exposure."
experiment_id = "Identifier of the experiment. NULL when not known."
experiment_name = "Name of the experiment. NULL when not known."
hypothesis = "What was expected, and why, before the start. NULL when not written down."
primary_metric = "Outcome that decides, named before the start. NULL when not known."
starts_on = "First day of the experiment. NULL when not known."
ends_on = "Last day of the experiment, itself included. NULL while it has no end."
variant = "Arm that the person saw, such as control. NULL when not known."
is_control = "Whether the other arms are compared with this one."
customer_id = "Customer who saw it. NULL when not recognised then."
visitor_id = "Number of the browser in which it was seen. NULL when not known."
exposed_at = "First moment at which it was seen, in the warehouse's zone."
exposure_date = "Day of that moment."
saw_several_arms = "Whether the person saw other arms of this experiment too: then they say nothing about any."
visits = "Visits of the person from exposed_at to the end of ends_on."
added_to_cart = "Whether one of them filled a cart."
began_checkout = "Whether one of them began the checkout."
converted = "Whether the person placed an order in that time that is a sale."
orders = "Orders in that time that are sales."
revenue = "Net revenue of these orders, before refunds."
*/
WITH exposures AS (
    SELECT
        exposure.exposure_id,
        exposure.experiment_key,
        exposure.variant_key,
        exposure.customer_key,
        exposure.visitor_id,
        exposure.exposed_at,
        -- Browsers are told from customers by the sign. Who is neither known nor seen in a browser did nothing that is on record.
        CASE WHEN exposure.customer_key <> 0 THEN exposure.customer_key ELSE -exposure.visitor_id END AS person,
        experiment.ends_on + INTERVAL 1 DAY AS until
    FROM star.fact_exposure AS exposure
    LEFT JOIN star.dim_experiment AS experiment ON experiment.experiment_key = exposure.experiment_key
),

acts AS (
    SELECT
        CASE WHEN visit.customer_key <> 0 THEN visit.customer_key ELSE -visit.visitor_id END AS person,
        visit.started_at AS at,
        1 AS visits,
        CASE WHEN visit.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase') THEN 1 ELSE 0 END AS carts,
        CASE WHEN visit.furthest_stage IN ('Checkout', 'Purchase') THEN 1 ELSE 0 END AS checkouts,
        0 AS orders,
        CAST(0 AS DECIMAL(18, 2)) AS revenue
    FROM star.fact_session AS visit
    UNION ALL
    SELECT
        CASE WHEN placed.customer_key <> 0 THEN placed.customer_key ELSE -visit.visitor_id END,
        placed.ordered_at,
        0,
        0,
        0,
        1,
        placed.net_revenue
    FROM star.fact_order AS placed
    LEFT JOIN star.fact_session AS visit ON visit.session_id = placed.session_id
    WHERE main.is_sale(placed.status)
),

outcomes AS (
    SELECT
        exposures.exposure_id,
        sum(acts.visits) AS visits,
        max(acts.carts) AS carts,
        max(acts.checkouts) AS checkouts,
        sum(acts.orders) AS orders,
        sum(acts.revenue) AS revenue
    FROM exposures
    INNER JOIN acts
        ON acts.person = exposures.person AND acts.at >= exposures.exposed_at AND (exposures.until IS NULL OR acts.at < exposures.until)
    GROUP BY exposures.exposure_id
),

arms AS (
    SELECT
        exposure_id,
        min(variant_key) OVER (PARTITION BY experiment_key, person) < max(variant_key) OVER (PARTITION BY experiment_key, person)
            AND person IS NOT NULL AS saw_several_arms
    FROM exposures
)

SELECT
    exposure.exposure_id,
    main.known(experiment.experiment_id) AS experiment_id,
    main.known(experiment.name) AS experiment_name,
    experiment.hypothesis,
    experiment.primary_metric,
    experiment.starts_on,
    experiment.ends_on,
    main.known(variant.variant) AS variant,
    variant.is_control,
    main.known(customer.customer_id) AS customer_id,
    exposure.visitor_id,
    exposure.exposed_at,
    CAST(exposure.exposed_at AS DATE) AS exposure_date,
    arms.saw_several_arms,
    CAST(coalesce(outcomes.visits, 0) AS BIGINT) AS visits,
    coalesce(outcomes.carts, 0) > 0 AS added_to_cart,
    coalesce(outcomes.checkouts, 0) > 0 AS began_checkout,
    coalesce(outcomes.orders, 0) > 0 AS converted,
    CAST(coalesce(outcomes.orders, 0) AS BIGINT) AS orders,
    main.money(coalesce(outcomes.revenue, 0)) AS revenue
FROM star.fact_exposure AS exposure
INNER JOIN arms ON arms.exposure_id = exposure.exposure_id
LEFT JOIN outcomes ON outcomes.exposure_id = exposure.exposure_id
LEFT JOIN star.dim_experiment AS experiment ON experiment.experiment_key = exposure.experiment_key
LEFT JOIN star.dim_variant AS variant ON variant.variant_key = exposure.variant_key
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = exposure.customer_key
