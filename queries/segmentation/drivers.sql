/*
question = "What drives how much customers spend?"
doc = """
A linear regression of one outcome on several features of mart.customer_profile, by ordinary least squares, over the customers of whom all of these are known: the \
normal equations, solved on centred and scaled sums by the sweep operator (Beaton 1964). Standard errors, t and p are those of the textbook (equal variance); a feature that follows \
from those before it has no coefficient of its own. The row (intercept) is the outcome expected where all features are 0."""
misleads = "A coefficient says what goes with a feature where the others are equal, not what would happen if it were changed. A few great spenders can decide it: look at the outcome's spread first."
grain = ["feature"]
headline = ["feature", "coefficient", "standard_error", "p_value", "standardised"]
needs = ["star.dim_customer"]

[chart]
kind = "interval"
x = "feature"
y = "coefficient"
low = "low"
high = "high"

[finding]
text = "{feature} goes with the outcome most: {coefficient:number} a unit ({low:number} to {high:number}), R2 {r_squared:number}."
sql = "SELECT feature, coefficient, low, high, r_squared FROM answer WHERE feature <> '(intercept)' AND p_value < 0.05 ORDER BY abs(standardised) DESC, feature LIMIT 1"

[params]
outcome = { type = "choice", of = ["monetary", "frequency", "recency_days", "sessions", "open_rate", "rating", "nps"], default = "monetary", doc = "What is explained." }
features = { type = "list[choice]", of = ["age_years", "income", "children", "recency_days", "frequency", "monetary", "categories", "sessions", "emails_received", "open_rate", "rating", "nps", "tenure_days"], default = ["income", "children", "recency_days"], doc = "By what; the outcome itself is left out." }

[columns]
feature = "The feature, or (intercept)."
customers = "Number of customers in the regression."
coefficient = "What goes with one unit of the feature, the others being equal, in units of the outcome. NULL where the feature follows from those before it, or is the same for all."
standard_error = "Its standard error. NULL where there are not more customers than coefficients."
low = "Lower end of the coefficient's 95 % interval."
high = "Upper end."
t_value = "coefficient / standard_error."
p_value = "Two-sided p-value of t."
standardised = "The coefficient where feature and outcome are in standard deviations: by which features can be compared. NULL for the intercept."
r_squared = "Share of the outcome's variance that the features explain, the same in each row."
adjusted_r_squared = "The same, less what that many features explain by chance."
*/
{% from "_shared/sweep.sql" import sweep %}
{% from "segmentation/_features.sql" import features as feature_rows, millionths, product_sum %}
{% set names = features | unique | list %}
{% set explained %}
CASE $outcome
            {% for name in ["monetary", "frequency", "recency_days", "sessions", "open_rate", "rating", "nps"] %}
            WHEN '{{ name }}' THEN {{ millionths(name) }}
            {% endfor %}
        END AS explained
{% endset %}
WITH RECURSIVE {{ feature_rows(names, explained) }},

known_rows AS (
    SELECT *
    FROM feature_rows
    WHERE explained IS NOT NULL AND (
        SELECT
            CASE
                WHEN array_length(list_distinct($features)) > CASE WHEN list_contains($features, $outcome) THEN 1 ELSE 0 END THEN true
                ELSE error('features must name one or more besides the outcome')
            END
    )
),

sums AS (
    SELECT
        count(*) AS customers,
        CAST(sum(explained) AS DOUBLE) / nullif(count(*), 0) / 1000000 AS mean__outcome,
        sqrt(({{ product_sum("explained", "explained") }}) / nullif(count(*), 0)) / 1000000 AS spread__outcome
        {% for name in names %}
        , CAST(sum({{ name }}) AS DOUBLE) / nullif(count(*), 0) / 1000000 AS mean__{{ name }}
        , sqrt(({{ product_sum(name, name) }}) / nullif(count(*), 0)) / 1000000 AS spread__{{ name }}
        , ({{ product_sum(name, "explained") }}) / nullif(count(*), 0) / 1000000000000 AS {{ name }}__outcome
        {% for other in names[loop.index:] %}
        , ({{ product_sum(name, other) }}) / nullif(count(*), 0) / 1000000000000 AS {{ name }}__{{ other }}
        {% endfor %}
        {% endfor %}
    FROM known_rows
),

-- Numbered without gaps, the outcome after all features.
terms AS (
    SELECT
        listed.feature,
        listed.mean,
        listed.spread,
        CAST(row_number() OVER (ORDER BY listed.position) AS INTEGER) AS term,
        CAST(count(*) OVER () AS INTEGER) AS outcome_term,
        sums.customers
    FROM sums
    CROSS JOIN LATERAL (
        VALUES
            {% for name in names %}
            ({{ loop.index }}, '{{ name }}', sums.mean__{{ name }}, sums.spread__{{ name }}),
            {% endfor %}
            (1000, '(outcome)', sums.mean__outcome, sums.spread__outcome)
    ) AS listed (position, feature, mean, spread)
    WHERE listed.feature = '(outcome)' OR (list_contains($features, listed.feature) AND listed.feature <> $outcome)
),

products AS (
    SELECT listed.feature, listed.other_feature, listed.covariance
    FROM sums
    CROSS JOIN LATERAL (
        VALUES
            ('(outcome)', '(outcome)', sums.spread__outcome * sums.spread__outcome)
            {% for name in names %}
            , ('{{ name }}', '{{ name }}', sums.spread__{{ name }} * sums.spread__{{ name }})
            , ('{{ name }}', '(outcome)', sums.{{ name }}__outcome)
            , ('(outcome)', '{{ name }}', sums.{{ name }}__outcome)
            {% for other in names[loop.index:] %}
            , ('{{ name }}', '{{ other }}', sums.{{ name }}__{{ other }})
            , ('{{ other }}', '{{ name }}', sums.{{ name }}__{{ other }})
            {% endfor %}
            {% endfor %}
    ) AS listed (feature, other_feature, covariance)
),

-- The correlations of features and outcome; what does not vary goes with nothing.
swept AS (
    SELECT
        0 AS step,
        of_row.term AS i,
        of_column.term AS j,
        of_row.outcome_term AS outcome_term,
        coalesce(products.covariance / nullif(of_row.spread * of_column.spread, 0), 0) AS value
    FROM products
    INNER JOIN terms AS of_row ON of_row.feature = products.feature
    INNER JOIN terms AS of_column ON of_column.feature = products.other_feature
    {{ sweep("outcome_term", "0.0000000001") }}
),

solved AS (
    SELECT i, j, outcome_term, value
    FROM swept
    WHERE step + 1 = outcome_term
),

-- The diagonal of a feature that was swept is below 0.
fit AS (
    SELECT
        max(CASE WHEN i = outcome_term AND j = outcome_term THEN value END) AS unexplained,
        count(*) FILTER (WHERE i = j AND i < outcome_term AND value < 0) AS coefficients
    FROM solved
),

used AS (
    SELECT
        terms.term,
        terms.feature,
        terms.mean,
        terms.spread,
        terms.customers,
        max(CASE WHEN solved.j = solved.outcome_term AND own.value < 0 THEN solved.value END) AS standardised,
        max(CASE WHEN solved.j = solved.i AND solved.value < 0 THEN -solved.value END) AS inverse
    FROM terms
    INNER JOIN solved ON solved.i = terms.term
    INNER JOIN solved AS own ON own.i = terms.term AND own.j = terms.term
    WHERE terms.term < terms.outcome_term
    GROUP BY terms.term, terms.feature, terms.mean, terms.spread, terms.customers
),

outcome_term AS (
    SELECT
        terms.mean,
        terms.spread,
        terms.customers,
        fit.unexplained,
        fit.coefficients,
        CASE WHEN terms.customers > fit.coefficients + 1 THEN terms.customers - fit.coefficients - 1 END AS degrees
    FROM terms
    CROSS JOIN fit
    WHERE terms.feature = '(outcome)'
),

reaches AS (
    SELECT outcome_term.*, stats.student_t_quantile(0.975, degrees) AS reach
    FROM outcome_term
),

-- The intercept's variance has the means of the features in it.
mean_products AS (
    SELECT sum(-solved.value * of_row.mean * of_column.mean / (of_row.spread * of_column.spread)) AS product
    FROM solved
    INNER JOIN used AS of_row ON of_row.term = solved.i AND of_row.inverse IS NOT NULL
    INNER JOIN used AS of_column ON of_column.term = solved.j AND of_column.inverse IS NOT NULL
),

estimates AS (
    SELECT
        used.term,
        used.feature,
        used.standardised * outcome_term.spread / nullif(used.spread, 0) AS coefficient,
        outcome_term.spread / nullif(used.spread, 0) * sqrt(greatest(outcome_term.unexplained, 0) / outcome_term.degrees * used.inverse) AS standard_error,
        used.standardised
    FROM used
    CROSS JOIN outcome_term
    UNION ALL
    SELECT
        0,
        '(intercept)',
        max(outcome_term.mean) - coalesce(sum(used.standardised * outcome_term.spread / nullif(used.spread, 0) * used.mean), 0),
        max(outcome_term.spread * sqrt(greatest(outcome_term.unexplained, 0) / outcome_term.degrees * (1 + coalesce(mean_products.product, 0)))),
        CAST(NULL AS DOUBLE)
    FROM outcome_term
    CROSS JOIN mean_products
    LEFT JOIN used ON true
    HAVING max(outcome_term.customers) > 0
)

SELECT
    estimates.feature,
    outcome_term.customers,
    estimates.coefficient,
    estimates.standard_error,
    estimates.coefficient - outcome_term.reach * estimates.standard_error AS low,
    estimates.coefficient + outcome_term.reach * estimates.standard_error AS high,
    estimates.coefficient / nullif(estimates.standard_error, 0) AS t_value,
    stats.student_t_p(estimates.coefficient / nullif(estimates.standard_error, 0), outcome_term.degrees) AS p_value,
    estimates.standardised,
    CASE WHEN outcome_term.spread > 0 THEN 1 - outcome_term.unexplained END AS r_squared,
    CASE
        WHEN outcome_term.spread > 0 THEN 1 - outcome_term.unexplained * (outcome_term.customers - 1) / outcome_term.degrees
    END AS adjusted_r_squared
FROM estimates
CROSS JOIN reaches AS outcome_term
WHERE outcome_term.customers > 0
ORDER BY estimates.term
