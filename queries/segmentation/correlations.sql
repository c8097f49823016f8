/*
question = "Which traits of customers go together?"
doc = """
Pearson's correlation, or Spearman's of ranks (ties get their mean rank), of each pair of features of mart.customer_profile, over the customers of whom all features asked \
for are known. The interval, of 95 %, is Fisher's (1921), for ranks with the variance of Fieller, Hartley and Pearson (1957)."""
misleads = "Two features can go together because both follow a third, or one from the other by definition (frequency and monetary). With many pairs some are far from 0 by chance."
grain = ["feature", "other_feature"]
headline = ["feature", "other_feature", "correlation", "low", "high"]
needs = ["star.dim_customer"]

[chart]
kind = "heat"
x = "feature"
y = "other_feature"
series = "correlation"

[finding]
text = "{feature} and {other_feature} go together most: {correlation:number} ({low:number} to {high:number})."
sql = "SELECT feature, other_feature, correlation, low, high FROM answer WHERE low > 0 OR high < 0 ORDER BY abs(correlation) DESC, feature, other_feature LIMIT 1"

[params]
features = { type = "list[choice]", of = ["age_years", "income", "children", "recency_days", "frequency", "monetary", "categories", "sessions", "emails_received", "open_rate", "rating", "nps", "tenure_days"], default = ["income", "children", "recency_days", "frequency", "monetary"], doc = "Two or more of the features; customers of whom one of them is not known are left out." }
method = { type = "choice", of = ["pearson", "spearman"], default = "pearson", doc = "Of the values, or of their ranks." }

[columns]
feature = "The one feature."
other_feature = "The other, which comes later among the features."
customers = "Number of customers."
correlation = "-1 to 1. NULL where one of the two is the same for all."
low = "Lower end of its interval. NULL with three customers or fewer, and where all lie on one line."
high = "Upper end of its interval."
*/
{% from "segmentation/_features.sql" import features as feature_rows, product_sum %}
{% set names = features | unique | list %}
WITH {{ feature_rows(names) }},

{% if method == "spearman" %}
-- Twice the rank, so that the mean of ties is whole.
measured AS (
    SELECT
        {% for name in names %}
        CAST(2 * rank() OVER (ORDER BY {{ name }}) + count(*) OVER (PARTITION BY {{ name }}) - 1 AS DECIMAL(38, 0)) AS {{ name }}{{ "" if loop.last else "," }}
        {% endfor %}
    FROM feature_rows
),
{% else %}
measured AS (
    SELECT * FROM feature_rows
),
{% endif %}

all_sums AS (
    SELECT
        count(*) AS customers
        {% for name in names %}
        {% for other in names[loop.index0:] %}
        , {{ product_sum(name, other) }} AS {{ name }}__{{ other }}
        {% endfor %}
        {% endfor %}
    FROM measured
),

pairs AS (
    SELECT
        listed.position,
        listed.feature,
        listed.other_feature,
        all_sums.customers,
        -- On a line it may be a digit beyond.
        CASE WHEN abs(listed.correlation) > 1 THEN sign(listed.correlation) ELSE listed.correlation END AS correlation
    FROM all_sums
    CROSS JOIN LATERAL (
        VALUES
            (0, '', '', NULL)
            {% for name in names %}
            {% set first = loop.index %}
            {% for other in names[loop.index:] %}
            , ({{ first * 100 + loop.index }}, '{{ name }}', '{{ other }}', all_sums.{{ name }}__{{ other }} / sqrt(nullif(all_sums.{{ name }}__{{ name }} * all_sums.{{ other }}__{{ other }}, 0)))
            {% endfor %}
            {% endfor %}
    ) AS listed (position, feature, other_feature, correlation)
    WHERE all_sums.customers > 0 AND listed.position > 0 AND list_contains($features, listed.feature) AND list_contains($features, listed.other_feature)
),

scored AS (
    SELECT
        pairs.*,
        CASE
            WHEN customers > 3 AND abs(correlation) < 1
                THEN exp(2 * stats.z_95() * sqrt((CASE WHEN $method = 'spearman' THEN 1.06 ELSE 1 END) / (customers - 3)))
        END AS reach,
        (1 + correlation) / nullif(1 - correlation, 0) AS odds
    FROM pairs
)

SELECT
    feature,
    other_feature,
    customers,
    correlation,
    -- Fisher's z is half of the logarithm of these odds.
    (odds / reach - 1) / (odds / reach + 1) AS low,
    (odds * reach - 1) / (odds * reach + 1) AS high
FROM scored
WHERE (SELECT CASE WHEN array_length(list_distinct($features)) >= 2 THEN true ELSE error('features must name two or more') END)
ORDER BY position
