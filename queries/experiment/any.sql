/*
question = "Do two groups of customers differ, and by more than chance?"
doc = """
Any figure of mart.customer_profile in any two groups of its customers, named by a trait and two of its values: numbers, means, the difference and the ratio with intervals, Welch's t test, the test of Mann and Whitney by ranks \
(whether one group is higher as a whole, few great ones or not), the two-proportion z test where the figure is yes or no, effect sizes, and what it comes to in words. Without group_1 it is the largest value of the trait, without group_2 \
everybody else of whom the trait is known. Customers of whom the figure is not known are left out. For figures of mailings see email/campaign_types, of experiments experiment/results."""
misleads = "Nobody drew these groups at random: they differ in many ways at once, and a difference says what goes together, not what would happen to a customer who changed groups."
grain = ["group_1"]
headline = ["group_1", "group_2", "mean_1", "mean_2", "difference", "p_value", "verdict"]
needs = ["star.dim_customer"]

[chart]
kind = "interval"
x = "group_1"
y = "difference"
low = "difference_low"
high = "difference_high"

[finding]
text = "{group_1} differ from {group_2} in {metric}: {mean_1:number} against {mean_2:number} (p {p_value:number})."
sql = "SELECT group_1, group_2, metric, mean_1, mean_2, p_value FROM answer WHERE p_value < 0.05 AND people_1 >= 30 AND people_2 >= 30 AND (difference_low > 0 OR difference_high < 0)"

[params]
metric = { type = "choice", of = ["has_ordered", "has_ordered_again", "has_complained", "orders", "revenue", "monetary", "frequency", "margin", "avg_order_value", "recency_days", "categories", "sessions", "emails_received", "emails_opened", "open_rate", "rating", "nps", "income", "age_years", "children", "tenure_days", "estimated_clv"], default = "monetary", doc = "The figure, a column of mart.customer_profile; has_ordered, has_ordered_again, has_complained: whether." }
trait = { type = "choice", of = ["gender", "age_range", "income_range", "education", "marital_status", "family", "country", "region", "loyalty_tier", "acquisition_channel", "top_category"], default = "gender", doc = "The trait, a column of mart.customer_profile." }
group_1 = { type = "str", doc = "Its value in the first group. Default: that of most customers." }
group_2 = { type = "str", doc = "Its value in the second group. Default: all other values." }
level = { type = "float", min = 0.5, max = 0.9999, default = 0.95, doc = "Confidence level of the intervals; a p-value below 1 less this decides." }

[columns]
trait = "The trait."
group_1 = "Its value in the first group."
group_2 = "Its value in the second group, or (all others)."
metric = "The figure."
people_1 = "Customers in the first group."
people_2 = "Customers in the second."
mean_1 = "Mean of the figure, for yes or no the share, in the first group."
mean_2 = "The same in the second."
spread_1 = "Standard deviation in the first group."
spread_2 = "Standard deviation in the second."
difference = "mean_1 - mean_2."
difference_low = "Lower end of its interval: Newcombe's for yes or no, else by Welch's t."
difference_high = "Upper end."
lift = "mean_1 / mean_2 - 1. NULL where mean_2 is not above 0."
lift_low = "Lower end of its interval, by the delta method on the logarithm. NULL where a mean is not above 0."
lift_high = "Upper end."
p_value = "Two-sided p-value: two-proportion z for yes or no, else Welch's t."
rank_p = "Two-sided p-value of the test of Mann and Whitney."
effect_size = "Cohen's h for yes or no, else d: 0.2 is small, 0.5 medium, 0.8 large."
verdict = "higher, lower: the first group against the second, with p_value below 1 - level; no evidence: neither; too few: less than two in a group."
*/
WITH customers AS (
    SELECT
        CASE $trait
            {% for name in ("gender", "age_range", "income_range", "education", "marital_status", "family", "country", "region", "loyalty_tier", "acquisition_channel", "top_category") %}
            WHEN '{{ name }}' THEN {{ name }}
            {% endfor %}
        END AS value_of_trait,
        -- Whole millionths, so that sums are exact.
        CAST(round(1000000 * CAST(
            CASE $metric
                WHEN 'has_ordered' THEN CASE WHEN orders > 0 THEN 1 ELSE 0 END
                WHEN 'has_ordered_again' THEN CASE WHEN orders > 1 THEN 1 WHEN orders = 1 THEN 0 END
                WHEN 'has_complained' THEN CASE WHEN has_complained THEN 1 WHEN has_complained IS NOT NULL THEN 0 END
                {% for name in ("orders", "revenue", "monetary", "frequency", "margin", "avg_order_value", "recency_days", "categories", "sessions", "emails_received", "emails_opened", "open_rate", "rating", "nps", "income", "age_years", "children", "tenure_days", "estimated_clv") %}
                WHEN '{{ name }}' THEN CAST({{ name }} AS DOUBLE)
                {% endfor %}
            END AS DOUBLE
        )) AS BIGINT) AS value
    FROM mart.customer_profile
),

known AS (
    SELECT customers.*, count(*) OVER (PARTITION BY value_of_trait) AS of_value
    FROM customers
    WHERE value_of_trait IS NOT NULL AND value IS NOT NULL
),

named AS (
    SELECT
        known.*,
        coalesce($group_1, first_value(value_of_trait) OVER (ORDER BY of_value DESC, value_of_trait)) AS first_group
    FROM known
),

grouped AS (
    SELECT
        first_group,
        value,
        value_of_trait = first_group AS is_first
    FROM named
    WHERE value_of_trait = first_group OR $group_2 IS NULL OR value_of_trait = $group_2
),

ranked AS (
    SELECT
        grouped.*,
        -- The mean of the ranks of those who are equal.
        rank() OVER (ORDER BY value) + (count(*) OVER (PARTITION BY value) - 1) / 2e0 AS place,
        count(*) OVER (PARTITION BY value) AS equals
    FROM grouped
),

sums AS (
    SELECT
        first_group,
        count(*) FILTER (WHERE is_first) AS people_1,
        count(*) FILTER (WHERE NOT is_first) AS people_2,
        coalesce(CAST(sum(value) FILTER (WHERE is_first) AS DOUBLE) / 1000000, 0) AS total_1,
        coalesce(CAST(sum(value) FILTER (WHERE NOT is_first) AS DOUBLE) / 1000000, 0) AS total_2,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value) FILTER (WHERE is_first) AS DOUBLE) / 1000000000000 AS squares_1,
        CAST(sum(CAST(value AS DECIMAL(38, 0)) * value) FILTER (WHERE NOT is_first) AS DOUBLE) / 1000000000000 AS squares_2,
        sum(place) FILTER (WHERE is_first) AS rank_sum,
        sum(CAST(equals AS DOUBLE) * equals - 1) AS ties
    FROM ranked
    GROUP BY first_group
),

means AS (
    SELECT
        sums.*,
        total_1 / nullif(people_1, 0) AS mean_1,
        total_2 / nullif(people_2, 0) AS mean_2,
        $metric IN ('has_ordered', 'has_ordered_again', 'has_complained') AS is_share,
        CASE
            WHEN people_1 > 1
                THEN CASE WHEN squares_1 - total_1 * total_1 / people_1 > squares_1 * 1e-13 THEN (squares_1 - total_1 * total_1 / people_1) / (people_1 - 1) ELSE 0 END
        END AS variance_1,
        CASE
            WHEN people_2 > 1
                THEN CASE WHEN squares_2 - total_2 * total_2 / people_2 > squares_2 * 1e-13 THEN (squares_2 - total_2 * total_2 / people_2) / (people_2 - 1) ELSE 0 END
        END AS variance_2
    FROM sums
),

scores AS (
    SELECT
        means.*,
        mean_1 - mean_2 AS difference,
        CASE WHEN mean_1 > 0 AND mean_2 > 0 THEN mean_1 / mean_2 END AS ratio,
        sqrt(variance_1 / people_1 + variance_2 / people_2) AS standard_error,
        stats.normal_quantile(0.5 + $level / 2) AS z,
        CASE WHEN NOT is_share AND variance_1 + variance_2 > 0 THEN stats.welch_degrees(people_1, variance_1, people_2, variance_2) END AS degrees,
        CASE
            WHEN is_share THEN stats.two_proportion_z(total_1, people_1, total_2, people_2)
            ELSE stats.welch_t(people_1, mean_1, variance_1, people_2, mean_2, variance_2)
        END AS score,
        stats.mann_whitney_z(rank_sum, people_1, people_2, ties) AS rank_z
    FROM means
),

reaches AS (
    SELECT
        scores.*,
        CASE WHEN degrees > 0 THEN stats.student_t_quantile(0.5 + $level / 2, degrees) ELSE z END AS reach,
        sqrt(variance_1 / people_1 / (mean_1 * mean_1) + variance_2 / people_2 / (mean_2 * mean_2)) AS log_error
    FROM scores
),

tests AS (
    SELECT
        reaches.*,
        CASE
            WHEN people_1 < 2 OR people_2 < 2 THEN NULL
            WHEN is_share AND score IS NULL THEN 1
            WHEN is_share THEN stats.normal_p(score)
            WHEN degrees > 0 THEN stats.student_t_p(score, degrees)
            WHEN difference = 0 THEN 1
        END AS p_value
    FROM reaches
)

SELECT
    $trait AS trait,
    first_group AS group_1,
    coalesce($group_2, '(all others)') AS group_2,
    $metric AS metric,
    people_1,
    people_2,
    mean_1,
    mean_2,
    sqrt(variance_1) AS spread_1,
    sqrt(variance_2) AS spread_2,
    difference,
    CASE WHEN is_share THEN stats.newcombe_low(mean_1, people_1, mean_2, people_2, z) ELSE difference - reach * standard_error END AS difference_low,
    CASE WHEN is_share THEN stats.newcombe_high(mean_1, people_1, mean_2, people_2, z) ELSE difference + reach * standard_error END AS difference_high,
    CASE WHEN mean_2 > 0 THEN mean_1 / mean_2 - 1 END AS lift,
    exp(ln(ratio) - reach * log_error) - 1 AS lift_low,
    exp(ln(ratio) + reach * log_error) - 1 AS lift_high,
    p_value,
    stats.normal_p(rank_z) AS rank_p,
    CASE WHEN is_share THEN stats.cohens_h(mean_1, mean_2) ELSE stats.cohens_d(people_1, mean_1, variance_1, people_2, mean_2, variance_2) END AS effect_size,
    CASE
        WHEN people_1 < 2 OR people_2 < 2 THEN 'too few'
        WHEN p_value < 1 - $level THEN CASE WHEN difference > 0 THEN 'higher' ELSE 'lower' END
        ELSE 'no evidence'
    END AS verdict
FROM tests
ORDER BY first_group
