/*
question = "Did the arm change a ratio: conversion per visit, value per order, bounce rate?"
doc = """
Ratios whose denominator is no number of people: each arm's ratio of sums, its difference from the control's, and the lift with intervals by the delta method over people (Deng and others 2018). Visits and orders of one person go together, so that a test \
which takes each for itself finds effects that are none; here people are what varies. All acts from the first exposure to the end of the window count. Needs exposures, and visits, orders or mails."""
misleads = "A ratio can rise because its denominator falls: an arm that scares off those who only look has more orders a visit, and fewer orders. Look at numerator and denominator per person beside it."
grain = ["experiment_id", "variant"]
headline = ["experiment", "variant", "ratio_of_sums", "lift", "lift_low", "lift_high", "p_value"]
needs = ["star.fact_exposure"]

[chart]
kind = "interval"
x = "variant"
y = "lift"
low = "lift_low"
high = "lift_high"
series = "experiment"

[finding]
text = "{variant} of {experiment} changes the ratio by {lift:percent} ({lift_low:percent} to {lift_high:percent})."
sql = "SELECT variant, experiment, lift, lift_low, lift_high FROM answer WHERE people >= 100 AND (lift_low > 0 OR lift_high < 0) ORDER BY p_value, experiment_id, variant LIMIT 1"

[params]
ratio = { type = "choice", of = ["orders_per_visit", "revenue_per_visit", "revenue_per_order", "units_per_order", "carts_per_visit", "bounce_rate", "clicks_per_open"], default = "orders_per_visit", doc = "The ratio: numerator per denominator. carts_per_visit: visits that fill a cart; bounce_rate: visits that end with their first page; clicks_per_open: of mails that people, not machines, opened and clicked." }
window_hours = { type = "float", min = 0, max = 87600, default = 0, doc = "Elapsed hours after a person's first exposure within which what they do counts, inclusive, and never after the experiment's last day. 0: until its last day." }
level = { type = "float", min = 0.5, max = 0.9999, default = 0.95, doc = "Confidence level of the intervals." }

[columns]
experiment_id = "Identifier of the experiment."
experiment = "Name of the experiment."
variant = "The arm."
is_control = "Whether the others are compared with this arm."
people = "People who met this arm and no other."
numerator = "Sum of the numerator, such as orders."
denominator = "Sum of the denominator, such as visits."
numerator_per_person = "numerator / people."
denominator_per_person = "denominator / people."
ratio_of_sums = "numerator / denominator."
standard_error = "Its standard error, by the delta method over people."
difference = "ratio_of_sums less the control's."
difference_low = "Lower end of its interval, by the normal distribution."
difference_high = "Upper end."
lift = "ratio_of_sums / the control's, less 1."
lift_low = "Lower end of its interval, on the logarithm."
lift_high = "Upper end."
p_value = "Two-sided p-value of no difference, by the normal distribution."
*/
{% import "experiment/_people.sql" as people %}
WITH {{ people.arms() }},

{{ people.assigned() }},

one_arm AS (
    SELECT
        assigned.experiment_key,
        assigned.variant_key,
        assigned.person,
        assigned.exposed_at,
        CAST(experiment.ends_on + INTERVAL 1 DAY AS TIMESTAMP) AS ends_at
    FROM assigned
    INNER JOIN star.dim_experiment AS experiment ON experiment.experiment_key = assigned.experiment_key
    WHERE NOT assigned.is_in_several
),

-- In whole millionths, so that sums and their products are exact.
acts AS (
    SELECT
        CASE WHEN visit.customer_key <> 0 THEN visit.customer_key ELSE -visit.visitor_id END AS person,
        visit.started_at AS at,
        CASE
            WHEN $ratio = 'bounce_rate' AND visit.is_bounce THEN 1000000
            WHEN $ratio = 'carts_per_visit' AND visit.furthest_stage IN ('Add to Cart', 'Checkout', 'Purchase') THEN 1000000
            ELSE 0
        END AS numerator,
        1000000 AS denominator
    FROM star.fact_session AS visit
    WHERE $ratio IN ('orders_per_visit', 'revenue_per_visit', 'carts_per_visit', 'bounce_rate')
    UNION ALL
    SELECT
        CASE WHEN placed.customer_key <> 0 THEN placed.customer_key ELSE -visit.visitor_id END,
        placed.ordered_at,
        CASE $ratio
            WHEN 'orders_per_visit' THEN 1000000
            WHEN 'units_per_order' THEN 1000000 * coalesce(line.units, 0)
            ELSE CAST(placed.net_revenue * 1000000 AS BIGINT)
        END,
        CASE WHEN $ratio IN ('revenue_per_order', 'units_per_order') THEN 1000000 ELSE 0 END
    FROM star.fact_order AS placed
    LEFT JOIN star.fact_session AS visit ON visit.session_id = placed.session_id AND placed.customer_key = 0
    LEFT JOIN (
        SELECT order_id, CAST(sum(quantity) AS BIGINT) AS units
        FROM star.fact_order_line
        WHERE $ratio = 'units_per_order'
        GROUP BY order_id
    ) AS line ON line.order_id = placed.order_id
    WHERE main.is_sale(placed.status) AND $ratio IN ('orders_per_visit', 'revenue_per_visit', 'revenue_per_order', 'units_per_order')
    UNION ALL
    SELECT
        customer_key,
        sent_at,
        CASE WHEN CASE WHEN is_human_known THEN first_human_clicked_at ELSE first_clicked_at END IS NOT NULL THEN 1000000 ELSE 0 END,
        CASE WHEN CASE WHEN is_human_known THEN first_human_opened_at ELSE first_opened_at END IS NOT NULL THEN 1000000 ELSE 0 END
    FROM star.fact_email
    WHERE $ratio = 'clicks_per_open' AND sent_at IS NOT NULL
),

done AS (
    SELECT
        one_arm.experiment_key,
        one_arm.variant_key,
        one_arm.person,
        CAST(coalesce(sum(acts.numerator), 0) AS DECIMAL(38, 0)) AS numerator,
        CAST(coalesce(sum(acts.denominator), 0) AS DECIMAL(38, 0)) AS denominator
    FROM one_arm
    INNER JOIN acts ON acts.person = one_arm.person
    WHERE
        acts.at >= one_arm.exposed_at
        AND ($window_hours = 0 OR epoch_us(acts.at) - epoch_us(one_arm.exposed_at) <= main.microseconds($window_hours / 24))
        AND (one_arm.ends_at IS NULL OR acts.at < one_arm.ends_at)
    GROUP BY one_arm.experiment_key, one_arm.variant_key, one_arm.person
),

sizes AS (
    SELECT variant_key, count(*) AS people
    FROM assigned
    WHERE NOT is_in_several
    GROUP BY variant_key
),

sums AS (
    SELECT
        variant_key,
        CAST(sum(numerator) AS DOUBLE) / 1000000 AS x,
        CAST(sum(denominator) AS DOUBLE) / 1000000 AS y,
        CAST(sum(numerator * numerator) AS DOUBLE) / 1000000000000 AS xx,
        CAST(sum(denominator * denominator) AS DOUBLE) / 1000000000000 AS yy,
        CAST(sum(numerator * denominator) AS DOUBLE) / 1000000000000 AS xy
    FROM done
    GROUP BY variant_key
),

ratios AS (
    SELECT
        arms.*,
        CAST(sizes.people AS DOUBLE) AS people,
        sums.x,
        sums.y,
        sums.x / nullif(sums.y, 0) AS quotient,
        -- The variance of numerator - quotient x denominator, whose mean is 0, over the people.
        CASE
            WHEN sizes.people > 1 AND sums.y > 0
                THEN
                    sqrt(greatest(sums.xx - 2 * sums.x / sums.y * sums.xy + power(sums.x / sums.y, 2) * sums.yy, 0) * sizes.people / (sizes.people - 1)) / sums.y
        END AS standard_error
    FROM arms
    INNER JOIN sizes ON sizes.variant_key = arms.variant_key
    INNER JOIN sums ON sums.variant_key = arms.variant_key
),

beside_control AS (
    SELECT
        ratios.*,
        max(CASE WHEN is_control THEN quotient END) OVER (PARTITION BY experiment_key) AS control_ratio,
        max(CASE WHEN is_control THEN standard_error END) OVER (PARTITION BY experiment_key) AS control_error,
        stats.normal_quantile(0.5 + $level / 2) AS z
    FROM ratios
),

scores AS (
    SELECT
        beside_control.*,
        CASE WHEN NOT is_control THEN quotient - control_ratio END AS difference,
        CASE WHEN NOT is_control AND quotient > 0 AND control_ratio > 0 THEN ln(quotient / control_ratio) END AS log_ratio,
        sqrt(power(standard_error / nullif(quotient, 0), 2) + power(control_error / nullif(control_ratio, 0), 2)) AS log_error,
        sqrt(standard_error * standard_error + control_error * control_error) AS difference_error
    FROM beside_control
),

tested AS (
    SELECT scores.*, difference / nullif(difference_error, 0) AS score
    FROM scores
)

SELECT
    experiment_id,
    tested.experiment,
    variant,
    is_control,
    CAST(people AS BIGINT) AS people,
    x AS numerator,
    y AS denominator,
    x / people AS numerator_per_person,
    y / people AS denominator_per_person,
    quotient AS ratio_of_sums,
    standard_error,
    difference,
    difference - z * difference_error AS difference_low,
    difference + z * difference_error AS difference_high,
    CASE WHEN NOT is_control THEN quotient / nullif(control_ratio, 0) - 1 END AS lift,
    exp(log_ratio - z * log_error) - 1 AS lift_low,
    exp(log_ratio + z * log_error) - 1 AS lift_high,
    stats.normal_p(score) AS p_value
FROM tested
ORDER BY experiment_id, is_control DESC, variant
