/*
question = "Which models foretell something here, and how good are they?"
doc = """
The models that martlet model fit has made of churn, purchase, next_value and the like: two of each fit, a linear one and boosted trees, of which the better one on the validation rows is chosen; of uplift four. The figures are those of the test, a later \
moment that the model has not seen; beside them what rows drawn at random would have claimed, what sorting by one feature gives, and, in a synthetic company, what was planted."""
misleads = "AUC says how well people are sorted, not whether the scores are right as probabilities (predict/calibration), nor whether an offer changes anything: that takes a hold-out."
grain = ["model"]
headline = ["model", "is_chosen", "figure", "on_test", "simpler", "random_split", "truth", "fit_status"]
needs = ["model.metric"]

[chart]
kind = "interval"
x = "model"
y = "auc"
low = "auc_low"
high = "auc_high"

[finding]
text = "{model} puts {auc:percent} of the pairs in the right order; sorting by one feature does {baseline_auc:percent}."
sql = "SELECT model, auc, baseline_auc FROM answer WHERE is_chosen AND auc_low > baseline_auc ORDER BY auc DESC, model LIMIT 1"

[columns]
model = "Name of the fit and of the model."
fit = "Name of the fit."
task = "What is foretold."
is_chosen = "Whether its scores are given out."
version = "How often the fit has been made."
fitted_at = "When it was fitted, UTC."
tested_on = "The moment of asking of the test."
training_rows = "Rows that it learnt from."
test_rows = "Rows of the test."
figure = "What the model is judged by: auc of a class, rank_correlation of an amount, accuracy of kinds, qini of uplift, per 1,000."
on_test = "That figure on the test."
simpler = "The same of what is simpler: sorting by one feature, the mean of the kind of campaign, always the usual kind. NULL for the model that was not chosen."
random_split = "The same as rows drawn at random would have claimed. NULL where nobody asked."
truth = "The same against what the generator planted. NULL in real data."
base_rate = "Share of the test rows to whom it happened. NULL for amounts."
auc = "Share of pairs of test rows, one to whom it happened and one to whom not, that the scores put in the right order; 0.5 is chance. NULL for amounts."
auc_low = "Lower end of its 95 % interval, by Hanley and McNeil."
auc_high = "Upper end of it."
validation_auc = "AUC on the rows by which the model was chosen."
random_split_auc = "AUC that rows drawn at random from all moments would have claimed. NULL for the model that was not chosen."
baseline_auc = "AUC of sorting by one feature. NULL for the model that was not chosen."
truth_auc = "AUC against what the generator planted. NULL in real data, and for amounts."
average_precision = "Mean precision over the recalls of the test rows."
brier = "Mean squared distance of score and outcome; less is better."
rank_correlation = "Of amounts, the correlation of the ranks of scores and outcomes. NULL for classes."
sum_ratio = "Of amounts, the sum of the scores / the sum of the outcomes. NULL for classes."
qini = "Of uplift, buyers gained per 1,000 treated over random order, as uplift/qini tells it. NULL for others."
qini_low = "Lower end of its 95 % interval."
qini_high = "Upper end of it."
fit_status = "fitted; or stale, when data were loaded after the fit."
*/
{% from "_shared/models/stale.sql" import newest_load, when_stale %}
{% macro figure(subset, metric) -%}
max(CASE WHEN metric.subset = '{{ subset }}' AND metric.metric = '{{ metric }}' THEN metric.value END)
{%- endmacro %}
WITH figures AS (
    SELECT
        metric.model,
        {{ figure("test", "rows") }} AS test_rows,
        {{ figure("test", "base_rate") }} AS base_rate,
        {{ figure("test", "auc") }} AS auc,
        {{ figure("test", "auc_error") }} AS auc_error,
        {{ figure("validation", "auc") }} AS validation_auc,
        {{ figure("random_split", "auc") }} AS random_split_auc,
        {{ figure("baseline", "auc") }} AS baseline_auc,
        {{ figure("truth", "auc") }} AS truth_auc,
        {{ figure("test", "average_precision") }} AS average_precision,
        {{ figure("test", "brier") }} AS brier,
        {{ figure("test", "rank_correlation") }} AS rank_correlation,
        {{ figure("test", "sum_ratio") }} AS sum_ratio,
        {% for name in ("auc", "rank_correlation", "accuracy", "qini") %}
        {% for subset in ("test", "baseline", "random_split", "truth") %}
        {{ figure(subset, name) }} AS {{ name }}_of_{{ subset }},
        {% endfor %}
        {% endfor %}
        {{ figure("test", "qini_error") }} AS qini_error
    FROM model.metric AS metric
    GROUP BY metric.model
),

{{ newest_load() }}

SELECT
    registry.model,
    split_part(registry.model, '.', 1) AS fit,
    registry.task,
    registry.is_chosen,
    registry.version,
    registry.fitted_at,
    registry.tested_on,
    registry.rows AS training_rows,
    CAST(figures.test_rows AS BIGINT) AS test_rows,
    CASE
        WHEN figures.auc_of_test IS NOT NULL THEN 'auc'
        WHEN figures.rank_correlation_of_test IS NOT NULL THEN 'rank_correlation'
        WHEN figures.accuracy_of_test IS NOT NULL THEN 'accuracy'
        WHEN figures.qini_of_test IS NOT NULL THEN 'qini'
    END AS figure,
    {% for subset, column in (("test", "on_test"), ("baseline", "simpler"), ("random_split", "random_split"), ("truth", "truth")) %}
    CASE
        WHEN figures.auc_of_test IS NOT NULL THEN figures.auc_of_{{ subset }}
        WHEN figures.rank_correlation_of_test IS NOT NULL THEN figures.rank_correlation_of_{{ subset }}
        WHEN figures.accuracy_of_test IS NOT NULL THEN figures.accuracy_of_{{ subset }}
        ELSE 1000 * figures.qini_of_{{ subset }}
    END AS {{ column }},
    {% endfor %}
    figures.base_rate,
    figures.auc,
    CASE WHEN figures.auc_error IS NOT NULL THEN greatest(figures.auc - stats.z_95() * figures.auc_error, 0) END AS auc_low,
    CASE WHEN figures.auc_error IS NOT NULL THEN least(figures.auc + stats.z_95() * figures.auc_error, 1) END AS auc_high,
    figures.validation_auc,
    figures.random_split_auc,
    figures.baseline_auc,
    figures.truth_auc,
    figures.average_precision,
    figures.brier,
    figures.rank_correlation,
    figures.sum_ratio,
    1000 * figures.qini_of_test AS qini,
    1000 * (figures.qini_of_test - stats.z_95() * figures.qini_error) AS qini_low,
    1000 * (figures.qini_of_test + stats.z_95() * figures.qini_error) AS qini_high,
    CASE {{ when_stale("registry.load_id") }} ELSE 'fitted' END AS fit_status
FROM model.registry AS registry
INNER JOIN figures ON figures.model = registry.model
CROSS JOIN newest_load
ORDER BY registry.model
