/*
question = "How right is the model of customer value, where the truth is known?"
doc = """
What the fit says of each customer beside what the generator planted (truth.customer), which only a synthetic warehouse knows: by tenths of P(alive), the share that had \
really not left by as_of; and over all customers, how well the rates of buying and the amounts are put in order (Spearman's rank correlation, 1 is the same order). \
Customers who bought once are a row of their own, never_again: BG/NBD gives each of them P(alive) 1. Empty truth or no fit: no rows."""
misleads = """
The company also buys because of ads and mails, which the models take for habit: their rates count both, the planted purchase_rate is of habit alone. Rank correlation \
is bounded by chance: of a customer seen for a short time nobody can know the rate."""
grain = ["bucket"]
headline = ["bucket", "customers", "mean_p_alive", "alive_share", "calibration_error"]
needs = ["star.fact_order", "truth.customer"]

[chart]
kind = "dumbbell"
x = "bucket"
y = ["mean_p_alive", "alive_share"]

[finding]
text = "P(alive) is off by {points:number} points of 100 on average, and puts customers who left below those who stayed in {auc:percent} of the pairs."
sql = "SELECT 100 * mean_calibration_error AS points, auc FROM answer WHERE auc IS NOT NULL LIMIT 1"

[params]
include_older = { type = "bool", default = false, doc = "Whether customers whose first purchase lies before the orders that count are in the answer, counted from their first purchase within them." }

[columns]
bucket = "Tenth of P(alive), such as 0.8-0.9, or never_again for customers without a repeat purchase."
customers = "Number of customers."
mean_p_alive = "Mean of P(alive)."
alive_share = "Share of them who had really not left by as_of."
alive_share_low = "Lower end of its 95 % interval (Wilson)."
alive_share_high = "Upper end."
calibration_error = "mean_p_alive - alive_share: above 0 where the model is too sure of them."
mean_calibration_error = "Mean of the absolute calibration_error over the customers with a repeat purchase: the model's score, less is better."
auc = "Of all pairs of one who left and one who stayed, both with a repeat purchase, the share in which P(alive) is higher for who stayed, ties by half. 0.5 is chance."
rate_correlation = "Rank correlation between the expected and the planted rate of buying, over all customers."
spend_correlation = "Rank correlation between the expected and the planted amount of a purchase. NULL without a fit of spending."
*/
{% from "value/_asked.sql" import as_of, before, within %}
{% from "value/_histories.sql" import histories %}
{% from "value/_fitted.sql" import fitted %}
{% from "value/_bg_nbd.sql" import alive, purchase_value %}
{# Correlation of two columns of places, whose sums are exact. #}
{% macro correlation(one, other) -%}
main.ratio(
            count(*) * sum({{ one }} * {{ other }}) - sum({{ one }}) * sum({{ other }}),
            sqrt(CAST(count(*) * sum({{ one }} * {{ one }}) - sum({{ one }}) * sum({{ one }}) AS DOUBLE))
            * sqrt(CAST(count(*) * sum({{ other }} * {{ other }}) - sum({{ other }}) * sum({{ other }}) AS DOUBLE))
        )
{%- endmacro %}
WITH {{ histories(as_of, within, before) }},

{{ fitted() }},

{{ alive() }},

-- The mean of the rate given what was seen: who is there still was watched until as_of, who has left until the last purchase.
judged AS (
    SELECT
        alive.customer_key,
        alive.x,
        alive.p_alive,
        alive.p_alive * (alive.r + alive.x) / alive.alive_at + (1 - alive.p_alive) * (alive.r + alive.x) / (alive.alpha + alive.t_x) AS rate,
        {{ purchase_value() }} AS purchase_value,
        planted.purchase_rate,
        planted.mean_spend,
        CASE
            WHEN CAST(planted.churned_at AS DATE) <= alive.first_purchased_on + CAST(alive.age_days AS INTEGER) THEN 0 ELSE 1
        END AS is_alive
    FROM alive
    INNER JOIN truth.customer AS planted ON planted.customer_key = alive.customer_key
    WHERE alive.r IS NOT NULL
),

-- Equals share the mean of their places. In whole halves, whose sums are exact.
places AS (
    SELECT
        judged.*,
        2 * rank() OVER (ORDER BY rate) + count(*) OVER (PARTITION BY rate) AS rate_place,
        2 * rank() OVER (ORDER BY purchase_rate) + count(*) OVER (PARTITION BY purchase_rate) AS true_rate_place,
        2 * rank() OVER (ORDER BY purchase_value) + count(*) OVER (PARTITION BY purchase_value) AS spend_place,
        2 * rank() OVER (ORDER BY mean_spend) + count(*) OVER (PARTITION BY mean_spend) AS true_spend_place,
        2 * rank() OVER (PARTITION BY x > 0 ORDER BY p_alive) + count(*) OVER (PARTITION BY x > 0, p_alive) AS alive_place,
        CASE
            WHEN x = 0 THEN 'never_again'
            WHEN p_alive >= 0.9 THEN '0.9-1.0'
            ELSE '0.' || CAST(floor(p_alive * 10) AS INTEGER) || '-0.' || CAST(floor(p_alive * 10) + 1 AS INTEGER)
        END AS bucket
    FROM judged
),

overall AS (
    SELECT
        {{ correlation("rate_place", "true_rate_place") }} AS rate_correlation,
        CASE WHEN count(purchase_value) = count(*) THEN {{ correlation("spend_place", "true_spend_place") }} END AS spend_correlation,
        -- Mann and Whitney: the places of those who stayed, less the least that they can be.
        main.ratio(
            (sum(CASE WHEN x > 0 AND is_alive = 1 THEN alive_place - 1 END)
            - sum(CASE WHEN x > 0 THEN is_alive END) * (sum(CASE WHEN x > 0 THEN is_alive END) + 1)) / 2e0,
            sum(CASE WHEN x > 0 THEN is_alive END) * sum(CASE WHEN x > 0 THEN 1 - is_alive END)
        ) AS auc
    FROM places
),

bucket_sums AS (
    SELECT
        bucket,
        count(*) AS customers,
        main.ratio(sum(main.fixed_point(p_alive)), count(*)) AS mean_p_alive,
        main.ratio(sum(is_alive), count(*)) AS alive_share
    FROM places
    GROUP BY bucket
),

scores AS (
    SELECT
        bucket_sums.*,
        main.ratio(
            sum(CASE WHEN bucket <> 'never_again' THEN main.fixed_point(customers * abs(mean_p_alive - alive_share)) END) OVER (),
            sum(CASE WHEN bucket <> 'never_again' THEN customers END) OVER ()
        ) AS mean_calibration_error
    FROM bucket_sums
)

SELECT
    scores.bucket,
    scores.customers,
    scores.mean_p_alive,
    scores.alive_share,
    stats.wilson_low(scores.alive_share, scores.customers, stats.z_95()) AS alive_share_low,
    stats.wilson_high(scores.alive_share, scores.customers, stats.z_95()) AS alive_share_high,
    scores.mean_p_alive - scores.alive_share AS calibration_error,
    scores.mean_calibration_error,
    overall.auc,
    overall.rate_correlation,
    overall.spend_correlation
FROM scores
CROSS JOIN overall
ORDER BY scores.bucket
